package dev.marque.account;

import dev.marque.web.Failure;
import dev.marque.web.Failures;
import dev.marque.web.Pages;
import dev.marque.web.Redirects;
import dev.marque.web.Viewer;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who sent a request, and keeps others out.
 *
 * <p>{@link #optional} comes before all routes; {@link #page}, {@link #api} and the administrator's
 * two stand before the handlers of routes that are not for everyone.
 */
public final class SignedIn {

  private static final String USER = "marque.user";
  private static final String BY_PERSONAL_TOKEN = "marque.personal-token";
  private static final String BEARER = "bearer ";

  private final Tokens tokens;
  private final LiveSessions live;
  private final Sessions sessions;
  private final PersonalTokens personalTokens;
  private final SessionCookies cookies;
  private final ProxySignIn proxySignIn;
  private final AdministrationRefusals refusals;
  private final @Nullable String signOutUrl;
  private final Pages pages;

  /**
   * @param signOutUrl where people sign out whom a proxy signs in, if there is such a page
   */
  SignedIn(
      Tokens tokens,
      LiveSessions live,
      Sessions sessions,
      PersonalTokens personalTokens,
      SessionCookies cookies,
      ProxySignIn proxySignIn,
      AdministrationRefusals refusals,
      Optional<URI> signOutUrl,
      Pages pages) {
    this.tokens = tokens;
    this.live = live;
    this.sessions = sessions;
    this.personalTokens = personalTokens;
    this.cookies = cookies;
    this.proxySignIn = proxySignIn;
    this.refusals = refusals;
    this.signOutUrl = signOutUrl.map(URI::toString).orElse(null);
    this.pages = pages;
  }

  /**
   * The signed-in person.
   *
   * @throws IllegalStateException where no guard of this class stands before the route
   */
  public static User of(RoutingContext ctx) {
    return find(ctx)
        .orElseThrow(
            () -> new IllegalStateException("nobody is signed in on " + ctx.request().path()));
  }

  /** The signed-in person, if there is one. */
  public static Optional<User> find(RoutingContext ctx) {
    return Optional.ofNullable(ctx.get(USER));
  }

  /** Adds {@link #optional} for every request. */
  public void mount(Router router) {
    router.route().handler(optional());
  }

  /**
   * Lets everyone pass and remembers who it is. A bearer token counts, or else the name that a
   * trusted proxy gives, or else the cookies; where the access token of the cookies has run out,
   * the refresh token renews them silently. Another kind of authorization is for the proxy in
   * front: browsers send it along with the cookies.
   */
  public Handler<RoutingContext> optional() {
    return ctx ->
        identify(ctx)
            .onSuccess(
                user -> {
                  user.ifPresent(present -> remember(ctx, present));
                  ctx.next();
                })
            .onFailure(ctx::fail);
  }

  private void remember(RoutingContext ctx, User user) {
    boolean elsewhere = !user.hasSession();
    ctx.put(USER, user);
    ctx.put(
        Pages.VIEWER,
        new Viewer(user.username(), user.isAdmin(), elsewhere, elsewhere ? signOutUrl : null));
  }

  private Future<Optional<User>> identify(RoutingContext ctx) {
    String authorization = ctx.request().getHeader(HttpHeaders.AUTHORIZATION);
    if (authorization != null && authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
      return bearer(ctx, authorization.substring(BEARER.length()).strip());
    }
    return proxySignIn
        .find(ctx)
        .compose(user -> user.isPresent() ? Future.succeededFuture(user) : byCookies(ctx));
  }

  private Future<Optional<User>> byCookies(RoutingContext ctx) {
    return cookies
        .access(ctx)
        .map(this::believe)
        .orElseGet(() -> Future.succeededFuture(Optional.empty()))
        .compose(user -> user.isPresent() ? Future.succeededFuture(user) : renew(ctx));
  }

  private Future<Optional<User>> bearer(RoutingContext ctx, String token) {
    if (!PersonalTokens.isOne(token)) {
      return believe(token);
    }
    if (!ctx.normalizedPath().startsWith("/api/")) {
      // Scripts have no business on pages, where passwords and accounts are changed.
      return Future.succeededFuture(Optional.empty());
    }
    ctx.put(BY_PERSONAL_TOKEN, true);
    return personalTokens.find(token);
  }

  private Future<Optional<User>> believe(String token) {
    return tokens
        .read(token)
        .compose(
            read -> read.map(live::find).orElseGet(() -> Future.succeededFuture(Optional.empty())));
  }

  private Future<Optional<User>> renew(RoutingContext ctx) {
    Optional<String> refreshToken = cookies.refresh(ctx);
    if (refreshToken.isEmpty()) {
      return Future.succeededFuture(Optional.empty());
    }
    return sessions
        .renew(refreshToken.get(), Client.of(ctx))
        .map(
            grant -> {
              if (grant.isPresent()) {
                cookies.set(ctx, grant.get());
              } else if (isForPage(ctx)) {
                cookies.clear(ctx);
              }
              return grant.map(Grant::user);
            });
  }

  /**
   * Whether the answer is a page as a whole. What a page asks for besides may be answered after
   * another password has given it new cookies, which are not to be taken away again.
   */
  private static boolean isForPage(RoutingContext ctx) {
    String destination = ctx.request().getHeader("Sec-Fetch-Dest");
    return !Pages.isFragment(ctx)
        && !ctx.normalizedPath().startsWith("/api/")
        && (destination == null || destination.equals("document") || destination.equals("iframe"));
  }

  /** For pages: who is not signed in is led to sign-in, and back afterwards. */
  public Handler<RoutingContext> page() {
    return ctx -> {
      if (find(ctx).isPresent()) {
        ctx.next();
      } else {
        leadToSignIn(ctx);
      }
    };
  }

  /** For the API: who is not signed in gets 401. */
  public Handler<RoutingContext> api() {
    return ctx -> {
      if (find(ctx).isPresent()) {
        ctx.next();
      } else {
        ctx.fail(notSignedIn(ctx));
      }
    };
  }

  /** For what a person does in the API and no script: a personal token gets 403. */
  public Handler<RoutingContext> sessionApi() {
    return ctx -> {
      if (find(ctx).isEmpty()) {
        ctx.fail(notSignedIn(ctx));
      } else if (ctx.get(BY_PERSONAL_TOKEN) != null) {
        ctx.fail(new Failure.Forbidden("personal-token"));
      } else {
        ctx.next();
      }
    };
  }

  /** For administrators' pages: others get 403. */
  public Handler<RoutingContext> admin() {
    return ctx -> {
      if (find(ctx).isEmpty()) {
        leadToSignIn(ctx);
      } else {
        requireAdministrator(ctx);
      }
    };
  }

  /** For the administrators' part of the API: others get 403. */
  public Handler<RoutingContext> adminApi() {
    return ctx -> {
      if (find(ctx).isEmpty()) {
        ctx.fail(notSignedIn(ctx));
      } else {
        requireAdministrator(ctx);
      }
    };
  }

  private void requireAdministrator(RoutingContext ctx) {
    User user = of(ctx);
    if (user.isAdmin()) {
      ctx.next();
    } else {
      refusals
          .note(user, Client.of(ctx))
          .onComplete(done -> ctx.fail(new Failure.Forbidden("administrators-only")));
    }
  }

  private static Failure notSignedIn(RoutingContext ctx) {
    boolean sent = ctx.request().headers().contains(HttpHeaders.AUTHORIZATION);
    return new Failure.NotSignedIn(sent ? "token-invalid" : "not-signed-in");
  }

  private void leadToSignIn(RoutingContext ctx) {
    if (Pages.isFragment(ctx)) {
      // A redirect would put the sign-in form into a corner of the page.
      String current = ctx.request().getHeader("HX-Current-URL");
      Failures.addHeaders(ctx, notSignedIn(ctx));
      ctx.response()
          .setStatusCode(401)
          .putHeader("HX-Redirect", signInLink(ctx, pathOf(ctx, current), true))
          .end();
    } else {
      boolean get = HttpMethod.GET.equals(ctx.request().method());
      Redirects.to(ctx, signInLink(ctx, get ? ctx.request().uri() : Destination.HOME, !get));
    }
  }

  /**
   * A link to the sign-in and back.
   *
   * @param ended whether the person was at work, and has to be told why it stopped
   */
  private String signInLink(RoutingContext ctx, String next, boolean ended) {
    String destination = Destination.of(next);
    String path = ended ? "/login?ended=1" : "/login";
    return destination.equals(Destination.HOME)
        ? pages.urls(ctx).to(path)
        : pages.urls(ctx).to(path, "next", destination);
  }

  /** The path and query of our own page that sent the request, the public prefix taken off. */
  private String pathOf(RoutingContext ctx, @Nullable String url) {
    try {
      URI uri = url == null ? new URI("/") : new URI(url);
      String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
      return pages
          .urls(ctx)
          .withoutPrefix((uri.getRawPath() == null ? "/" : uri.getRawPath()) + query);
    } catch (URISyntaxException e) {
      return Destination.HOME;
    }
  }
}
