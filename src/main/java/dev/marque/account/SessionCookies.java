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
 * Reads and writes the cookies of a browser's session. Writes the headers itself because Vert.x's
 * cookies do not support {@code Partitioned}, which a framed page needs.
 */
final class SessionCookies {

  private static final String SET_COOKIE = "Set-Cookie";

  /** The maximum time for signing in at the provider. */
  private static final Duration ATTEMPT_LIFETIME = Duration.ofMinutes(10);

  private final String path;
  private final String accessName;
  private final String refreshName;
  private final String attemptName;
  private final String attributes;

  /**
   * @param publicUrl as browsers see it; https makes the cookies Secure and adds the name prefixes
   *     by which browsers enforce that
   * @param framed whether other sites may show the pages in a frame
   */
  SessionCookies(Optional<URI> publicUrl, boolean framed) {
    boolean https = PublicUrl.isHttps(publicUrl);
    this.path = PublicUrl.cookiePath(publicUrl);
    // Browsers send a partitioned cookie beside an unpartitioned one of the same name, the older
    // first: with equal names, one from before the setting changed would hide the new one.
    String name = framed ? "marque_portal_" : "marque_";
    this.accessName = PublicUrl.cookieName(publicUrl, name + "access");
    this.refreshName = PublicUrl.cookieName(publicUrl, name + "refresh");
    this.attemptName = PublicUrl.cookieName(publicUrl, name + "oidc");
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

  /** Returns the encoded {@link OpenIdAttempt} of a browser that returns from the provider. */
  Optional<String> attempt(RoutingContext ctx) {
    return value(ctx, attemptName);
  }

  void setAttempt(RoutingContext ctx, String attempt) {
    add(ctx, attemptName, attempt, "; Max-Age=" + ATTEMPT_LIFETIME.toSeconds());
  }

  void clearAttempt(RoutingContext ctx) {
    add(ctx, attemptName, "", "; Max-Age=0");
  }

  /** Sets the token cookies. */
  void set(RoutingContext ctx, Grant grant) {
    add(ctx, accessName, grant.accessToken(), "; Max-Age=" + Tokens.LIFETIME.toSeconds());
    add(
        ctx,
        refreshName,
        grant.refreshToken(),
        grant.remember() ? "; Max-Age=" + Sessions.REMEMBERED.toSeconds() : "");
  }

  /** Deletes the token cookies. */
  void clear(RoutingContext ctx) {
    String gone = "; Max-Age=" + Duration.ZERO.toSeconds();
    add(ctx, accessName, "", gone);
    add(ctx, refreshName, "", gone);
  }

  private void add(RoutingContext ctx, String name, String value, String age) {
    // The last value of a cookie wins: sign-out drops the cookies that a refresh in the same
    // request
    // has set.
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
