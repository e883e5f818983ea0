package dev.marque.web;

import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The headers that restrict what pages of this origin may do in a browser. Every response has them,
 * including errors and files, and no route relaxes the policy: there are no inline scripts or
 * styles.
 */
public final class SecurityHeaders implements Handler<RoutingContext> {

  private static final String ONE_YEAR = "max-age=31536000";

  /** In Vert.x's optimized form, since every response is sent with them. */
  private final Map<CharSequence, CharSequence> headers = new LinkedHashMap<>();

  /**
   * @param publicUrl URL under which browsers reach the program; if it is https, HSTS is enabled
   *     for a year
   * @param portals origins that may show the pages in a frame; empty forbids framing
   */
  public SecurityHeaders(Optional<URI> publicUrl, List<URI> portals) {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("Content-Security-Policy", policy(portals));
    values.put("X-Content-Type-Options", "nosniff");
    values.put("Referrer-Policy", "same-origin");
    values.put("Cross-Origin-Opener-Policy", "same-origin");
    values.put("Cross-Origin-Resource-Policy", "same-origin");
    values.put(
        "Permissions-Policy",
        "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()");
    // Pages show private data, which must not be readable after sign-out.
    values.put("Cache-Control", "no-store");
    if (portals.isEmpty()) {
      values.put("X-Frame-Options", "DENY");
    }
    if (PublicUrl.isHttps(publicUrl)) {
      values.put("Strict-Transport-Security", ONE_YEAR);
    }
    values.forEach(
        (name, value) ->
            headers.put(HttpHeaders.createOptimized(name), HttpHeaders.createOptimized(value)));
  }

  public void mount(Router router) {
    router.route().handler(this);
  }

  @Override
  public void handle(RoutingContext ctx) {
    headers.forEach(ctx.response().headers()::add);
    ctx.next();
  }

  /** Adds missing headers, for answers that did not pass through the routes. */
  void complete(HttpServerResponse response) {
    MultiMap present = response.headers();
    headers.forEach(
        (name, value) -> {
          if (!present.contains(name)) {
            present.set(name, value);
          }
        });
  }

  private static String policy(List<URI> portals) {
    String ancestors =
        portals.isEmpty()
            ? "'none'"
            : portals.stream().map(Origins::of).collect(Collectors.joining(" ", "'self' ", ""));
    return String.join(
        "; ",
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors " + ancestors);
  }
}
