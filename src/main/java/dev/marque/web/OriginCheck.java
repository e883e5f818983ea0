package dev.marque.web;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rejects requests that another site makes a user's browser send (cross-site request forgery).
 *
 * <p>Browsers state where a request comes from in {@code Sec-Fetch-Site}, which no script can set;
 * older ones send {@code Origin}. A request that changes something must come from our own origin,
 * except:
 *
 * <ul>
 *   <li>a request with a bearer token, if it has no cookies, or if it is an API call with neither
 *       of the two headers, since a browser sends at least one of them with such a request from
 *       another site;
 *   <li>an API call without cookies from a page that {@link CrossOrigin} allows, unless a trusted
 *       proxy names the user, because the proxy adds the name to every request that passes through
 *       it;
 *   <li>a request with neither header and no cookies, which does not come from a browser (also
 *       behind such a proxy);
 *   <li>a request with {@code Sec-Fetch-Site: none}, which the user made without any page, as by a
 *       typed address or a bookmark.
 * </ul>
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
   * @param signOnHeader header in which a trusted proxy names the user, if configured
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
    if (BearerToken.isIn(request) && (!cookies || (isApi(ctx) && origin == null && site == null))) {
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

  private boolean isOurs(String origin, HttpServerRequest request) {
    String normal = Origins.normal(origin);
    return normal.equals(publicOrigin) || normal.equals(Origins.normal(proxies.origin(request)));
  }
}
