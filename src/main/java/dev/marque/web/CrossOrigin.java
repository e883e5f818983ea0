package dev.marque.web;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Lets pages of listed origins call the API from a browser (CORS). Cookies are never shared: such a
 * page signs in by the token endpoint. Closed unless origins are listed; to an origin that is not,
 * the browser gets the ordinary answer, which it keeps from the page.
 */
public final class CrossOrigin implements Handler<RoutingContext> {

  /** Where it is open; pages are never. */
  static final String API = "/api/v1/";

  private static final int ONE_HOUR = 3600;

  private final Set<String> origins;
  private final CorsHandler listed;

  /**
   * @param origins such as {@code https://portal.example}
   */
  public CrossOrigin(List<URI> origins) {
    this.origins = origins.stream().map(Origins::of).collect(Collectors.toUnmodifiableSet());
    this.listed =
        CorsHandler.create()
            .addOrigins(List.copyOf(this.origins))
            .allowedMethods(
                Set.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE))
            .allowedHeaders(
                Set.of(
                    "Accept",
                    "Accept-Language",
                    "Authorization",
                    "Content-Type",
                    "Idempotency-Key"))
            .exposedHeaders(
                Set.of("Location", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id"))
            .maxAgeSeconds(ONE_HOUR);
  }

  public void mount(Router router) {
    if (!origins.isEmpty()) {
      router.route(API + "*").handler(this);
    }
  }

  /** Whether pages of an origin may call the API. */
  boolean allows(String origin) {
    return origins.contains(Origins.normal(origin));
  }

  @Override
  public void handle(RoutingContext ctx) {
    String origin = ctx.request().getHeader("Origin");
    if (origin == null || allows(origin)) {
      listed.handle(ctx);
    } else {
      // The library would refuse it, and with it our own pages, whose browser sends an Origin too.
      ctx.response().headers().add("Vary", "Origin");
      ctx.next();
    }
  }
}
