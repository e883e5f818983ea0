package dev.marque.account;

import dev.marque.web.PublicUrl;
import io.vertx.core.MultiMap;
import io.vertx.core.http.Cookie;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The cookies of a browser's session, and the one place that writes them. By hand, because Vert.x's
 * cookies know no {@code Partitioned}, without which a framed page gets none.
 */
final class SessionCookies {

  private static final String SET_COOKIE = "Set-Cookie";

  /** How long signing in at the provider may take. */
  private static final Duration ATTEMPT = Duration.ofMinutes(10);

  private final String path;
  private final String accessName;
  private final String refreshName;
  private final String attemptName;
  private final String attributes;

  /**
   * @param publicUrl as browsers see the program; https makes the cookies Secure and their names
   *     such that browsers insist on it
   * @param framed whether other sites may show the pages in a frame
   */
  SessionCookies(Optional<URI> publicUrl, boolean framed) {
    boolean https = PublicUrl.isHttps(publicUrl);
    String prefix = PublicUrl.prefix(publicUrl);
    this.path = prefix.isEmpty() ? "/" : prefix;
    String guard = https ? (path.equals("/") ? "__Host-" : "__Secure-") : "";
    this.accessName = guard + "marque_access";
    this.refreshName = guard + "marque_refresh";
    this.attemptName = guard + "marque_oidc";
    this.attributes =
        framed
            ? "; HttpOnly; Secure; SameSite=None; Partitioned"
            : "; HttpOnly" + (https ? "; Secure" : "") + "; SameSite=Lax";
  }

  Optional<String> access(RoutingContext ctx) {
    return value(ctx, accessName);
  }

  Optional<String> refresh(RoutingContext ctx) {
    return value(ctx, refreshName);
  }

  /** What a browser brings back from the provider's page, see {@link OpenIdAttempt}. */
  Optional<String> attempt(RoutingContext ctx) {
    return value(ctx, attemptName);
  }

  void setAttempt(RoutingContext ctx, String attempt) {
    add(ctx, attemptName, attempt, "; Max-Age=" + ATTEMPT.toSeconds());
  }

  void clearAttempt(RoutingContext ctx) {
    add(ctx, attemptName, "", "; Max-Age=0");
  }

  /** Gives a browser its tokens. */
  void set(RoutingContext ctx, Grant grant) {
    add(ctx, accessName, grant.accessToken(), "; Max-Age=" + Tokens.LIFETIME.toSeconds());
    add(
        ctx,
        refreshName,
        grant.refreshToken(),
        grant.remember() ? "; Max-Age=" + Sessions.REMEMBERED.toSeconds() : "");
  }

  /** Takes a browser's tokens away. */
  void clear(RoutingContext ctx) {
    String gone = "; Max-Age=" + Duration.ZERO.toSeconds();
    add(ctx, accessName, "", gone);
    add(ctx, refreshName, "", gone);
  }

  private void add(RoutingContext ctx, String name, String value, String age) {
    // The last word on a cookie counts: a renewal on the way to a sign-out is not sent at all.
    String start = name + "=";
    MultiMap headers = ctx.response().headers();
    List<String> others =
        headers.getAll(SET_COOKIE).stream().filter(c -> !c.startsWith(start)).toList();
    headers.remove(SET_COOKIE);
    headers.add(SET_COOKIE, others);
    headers.add(SET_COOKIE, start + value + "; Path=" + path + age + attributes);
  }

  private static Optional<String> value(RoutingContext ctx, String name) {
    Cookie cookie = ctx.request().getCookie(name);
    return Optional.ofNullable(cookie).map(Cookie::getValue).filter(text -> !text.isEmpty());
  }
}
