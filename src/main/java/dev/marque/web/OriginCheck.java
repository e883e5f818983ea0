package dev.marque.web;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that another site makes a person's browser send (cross-site request forgery).
 *
 * <p>Browsers say where a request comes from in {@code Sec-Fetch-Site}, which no script can set;
 * what does not know that header sends {@code Origin}. A request that changes something has to come
 * from our own origin. Exempt is what a browser never sends by itself: a bearer token without
 * cookies, or, to the API, without {@code Sec-Fetch-Site} and {@code Origin}, one of which every
 * browser sends with a request from another site; a call of the API without cookies by a page that
 * {@link CrossOrigin} lets in; and a request with none of these headers and no cookie is no
 * browser's and has nothing to abuse. A name that a trusted proxy gives takes that leave from other
 * pages, since the proxy adds it to whatever passes; programs behind the proxy, which send none of
 * the headers, keep theirs.
 *
 * @see <a
 *     href="https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html">OWASP</a>
 */
public final class OriginCheck implements Handler<RoutingContext> {

  private static final Set<HttpMethod> SAFE =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  private final Proxies proxies;
  private final @Nullable String publicOrigin;
  private final CrossOrigin crossOrigin;
  private final @Nullable String signOnHeader;

  /**
   * @param signOnHeader in which a trusted proxy names the person, if it does
   */
  public OriginCheck(
      Proxies proxies,
      Optional<URI> publicUrl,
      CrossOrigin crossOrigin,
      Optional<String> signOnHeader) {
    this.proxies = proxies;
    this.publicOrigin = publicUrl.map(Origins::of).orElse(null);
    this.crossOrigin = crossOrigin;
    this.signOnHeader = signOnHeader.orElse(null);
  }

  public void mount(Router router) {
    router.route().handler(this);
  }

  @Override
  public void handle(RoutingContext ctx) {
    if (SAFE.contains(ctx.request().method()) || mayChange(ctx)) {
      ctx.next();
    } else {
      ctx.fail(new Failure.Forbidden("cross-site"));
    }
  }

  private boolean mayChange(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    boolean cookies = request.headers().contains("Cookie");
    String origin = request.getHeader("Origin");
    String site = request.getHeader("Sec-Fetch-Site");
    String authorization = request.getHeader("Authorization");
    if (authorization != null
        && isBearer(authorization)
        && (!cookies || (isApi(ctx) && origin == null && site == null))) {
      return true;
    }
    if (!cookies
        && !isNamedByProxy(request)
        && origin != null
        && isApi(ctx)
        && crossOrigin.allows(origin)) {
      return true;
    }
    if (site != null) {
      // "none" is the person: an address typed or a bookmark, which no site can start.
      return site.equals("same-origin") || site.equals("none");
    }
    return origin == null ? !cookies : isOurs(origin, request);
  }

  private static boolean isApi(RoutingContext ctx) {
    return ctx.normalizedPath().startsWith(CrossOrigin.API);
  }

  private boolean isNamedByProxy(HttpServerRequest request) {
    return signOnHeader != null
        && proxies.trusts(request)
        && request.headers().getAll(signOnHeader).stream().anyMatch(name -> !name.isBlank());
  }

  private static boolean isBearer(String authorization) {
    return authorization.toLowerCase(Locale.ROOT).startsWith("bearer ");
  }

  private boolean isOurs(String origin, HttpServerRequest request) {
    String normal = Origins.normal(origin);
    return normal.equals(publicOrigin) || normal.equals(Origins.normal(proxies.origin(request)));
  }
}
