package dev.marque.account;

import dev.marque.web.BearerToken;
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
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Identifies the sender of a request and guards routes.
 *
 * <p>{@link #optional} comes before all routes; {@link #page}, {@link #api}, {@link #sessionApi},
 * {@link #admin} and {@link #adminApi} come before the handlers of routes that require a sign-in.
 */
public final class SignedIn {

  private static final String USER = "marque.user";
  private static final String BY_PERSONAL_TOKEN = "marque.personal-token";

  private final Tokens tokens;
  private final LiveSessions live;
  private final Sessions sessions;
  private final PersonalTokens personalTokens;
  private final SessionCookies cookies;
  private final ProxySignIn proxySignIn;
  private final Refusals refusals;
  private final @Nullable String signOutUrl;
  private final Pages pages;

  /**
   * @param signOutUrl where people signed in by a proxy sign out, if there is such a page
   */
  SignedIn(
      Tokens tokens,
      LiveSessions live,
      Sessions sessions,
      PersonalTokens personalTokens,
      SessionCookies cookies,
      ProxySignIn proxySignIn,
      Refusals refusals,
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
   * Returns the signed-in person.
   *
   * @throws IllegalStateException if no guard of this class precedes the route
   */
  public static User of(RoutingContext ctx) {
    return find(ctx)
        .orElseThrow(
            () -> new IllegalStateException("nobody is signed in on " + ctx.request().path()));
  }

  /** Returns the signed-in person, if there is one. */
  public static Optional<User> find(RoutingContext ctx) {
    return Optional.ofNullable(ctx.get(USER));
  }

  /** Adds {@link #optional} to every request. */
  public void mount(Router router) {
    router.route().handler(optional());
  }

  /**
   * Identifies the sender, if possible, and lets every request pass. A bearer token takes
   * precedence, then the name from a trusted proxy, then the cookies; if the access token of the
   * cookies has expired, the refresh token silently renews both. Other authorization schemes are
   * for a proxy in front: browsers send them along with the cookies.
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
    boolean signedInByProxy = !user.hasSession();
    ctx.put(USER, user);
    ctx.put(
        Pages.VIEWER,
        new Viewer(
            user.username(), user.isAdmin(), signedInByProxy, signedInByProxy ? signOutUrl : null));
  }

  private Future<Optional<User>> identify(RoutingContext ctx) {
    Optional<String> bearerToken = BearerToken.of(ctx.request());
    if (bearerToken.isPresent()) {
      return bearer(ctx, bearerToken.get());
    }
    return proxySignIn
        .find(ctx)
        .compose(user -> user.isPresent() ? Future.succeededFuture(user) : byCookies(ctx));
  }

  private Future<Optional<User>> byCookies(RoutingContext ctx) {
    return cookies
        .access(ctx)
        .map(this::authenticate)
        .orElseGet(() -> Future.succeededFuture(Optional.empty()))
        .compose(user -> user.isPresent() ? Future.succeededFuture(user) : refresh(ctx));
  }

  private Future<Optional<User>> bearer(RoutingContext ctx, String token) {
    if (!PersonalTokens.isPersonalToken(token)) {
      return authenticate(token);
    }
    if (!ctx.normalizedPath().startsWith("/api/")) {
      // Scripts may not use pages, where passwords and accounts are changed.
      return Future.succeededFuture(Optional.empty());
    }
    ctx.put(BY_PERSONAL_TOKEN, true);
    return personalTokens.find(token);
  }

  private Future<Optional<User>> authenticate(String token) {
    return tokens
        .read(token)
        .compose(
            read -> read.map(live::find).orElseGet(() -> Future.succeededFuture(Optional.empty())));
  }

  private Future<Optional<User>> refresh(RoutingContext ctx) {
    Optional<String> refreshToken = cookies.refresh(ctx);
    if (refreshToken.isEmpty()) {
      return Future.succeededFuture(Optional.empty());
    }
    return sessions
        .refresh(refreshToken.get(), Client.of(ctx))
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
   * Returns whether the response is a full page. The response to a page's secondary request may
   * arrive after a password change has set new cookies, which it must not delete.
   */
  private static boolean isForPage(RoutingContext ctx) {
    String destination = ctx.request().getHeader("Sec-Fetch-Dest");
    return !Pages.isFragment(ctx)
        && !ctx.normalizedPath().startsWith("/api/")
        && (destination == null || destination.equals("document") || destination.equals("iframe"));
  }

  /** For pages: redirects to sign-in if nobody is signed in; sign-in then leads back. */
  public Handler<RoutingContext> page() {
    return ctx -> {
      if (find(ctx).isPresent()) {
        ctx.next();
      } else {
        redirectToSignIn(ctx);
      }
    };
  }

  /** For the API: responds with 401 if nobody is signed in. */
  public Handler<RoutingContext> api() {
    return ctx -> {
      if (find(ctx).isPresent()) {
        ctx.next();
      } else {
        ctx.fail(notSignedIn(ctx));
      }
    };
  }

  /** For API operations that scripts may not perform: responds to a personal token with 403. */
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

  /** For administrators' pages: responds to other users with 403. */
  public Handler<RoutingContext> admin() {
    return ctx -> {
      if (find(ctx).isEmpty()) {
        redirectToSignIn(ctx);
      } else {
        requireAdministrator(ctx);
      }
    };
  }

  /** For administrators' API operations: responds to other users with 403. */
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
          .recordAdministration(user, Client.of(ctx))
          .onComplete(done -> ctx.fail(new Failure.Forbidden("administrators-only")));
    }
  }

  private static Failure notSignedIn(RoutingContext ctx) {
    boolean sent = ctx.request().headers().contains(HttpHeaders.AUTHORIZATION);
    return new Failure.NotSignedIn(sent ? "token-invalid" : "not-signed-in");
  }

  private void redirectToSignIn(RoutingContext ctx) {
    if (Pages.isFragment(ctx)) {
      // A redirect would swap the sign-in form into a part of the page.
      String current = ctx.request().getHeader("HX-Current-URL");
      Failures.addHeaders(ctx, notSignedIn(ctx));
      ctx.response()
          .setStatusCode(401)
          .putHeader("HX-Redirect", signInLink(ctx, pathOf(ctx, current), true))
          .end();
    } else if (HttpMethod.GET.equals(ctx.request().method())) {
      Redirects.to(ctx, signInLink(ctx, ctx.request().uri(), false));
    } else {
      Redirects.to(ctx, signInLink(ctx, formPage(ctx), true));
    }
  }

  /**
   * Returns the path of the page with the form that was sent. Without its query, which may confirm
   * an earlier action.
   */
  private String formPage(RoutingContext ctx) {
    return pathOf(ctx, ctx.request().getHeader(HttpHeaders.REFERER)).split("\\?", 2)[0];
  }

  /**
   * Returns a link to sign-in that leads back afterwards.
   *
   * @param ended whether a session was interrupted, which the sign-in page then explains
   */
  private String signInLink(RoutingContext ctx, String next, boolean ended) {
    String destination = Destination.of(next);
    String path = ended ? "/login?ended=1" : "/login";
    return destination.equals(Destination.HOME)
        ? pages.urls(ctx).to(path)
        : pages.urls(ctx).to(path, "next", destination);
  }

  /** Returns the path and query of the page that sent the request, without the public prefix. */
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
