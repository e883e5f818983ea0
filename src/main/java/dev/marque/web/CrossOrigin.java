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
 * Allows pages of configured origins to call the API from a browser (CORS). Cookies are never
 * allowed: such a page signs in through the token endpoint. Without configured origins, CORS is
 * off. A request from any other origin gets its ordinary answer, which the browser hides from the
 * page.
 */
public final class CrossOrigin implements Handler<RoutingContext> {

  /** The paths to which CORS applies; pages are never shared. */
  static final String API = "/api/v1/";

  private static final String READ_BY_ANOTHER_ORIGIN = "marque.cross-origin";
  private static final int ONE_HOUR = 3600;

  private final Set<String> origins;
  private final CorsHandler corsHandler;

  /**
   * @param origins allowed origins, for example {@code https://portal.example}
   */
  public CrossOrigin(List<URI> origins) {
    this.origins = origins.stream().map(Origins::of).collect(Collectors.toUnmodifiableSet());
    this.corsHandler =
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

  /** Returns whether pages of an origin may call the API. */
  boolean allows(String origin) {
    return origins.contains(Origins.normal(origin));
  }

  /**
   * Returns whether a page of another origin may read the response. It must then not depend on
   * credentials that a browser or proxy adds by itself.
   */
  public static boolean isReadByAnotherOrigin(RoutingContext ctx) {
    return ctx.get(READ_BY_ANOTHER_ORIGIN) != null;
  }

  @Override
  public void handle(RoutingContext ctx) {
    String origin = ctx.request().getHeader("Origin");
    if (origin == null || allows(origin)) {
      if (origin != null && !"same-origin".equals(ctx.request().getHeader("Sec-Fetch-Site"))) {
        ctx.put(READ_BY_ANOTHER_ORIGIN, true);
      }
      corsHandler.handle(ctx);
    } else {
      // CorsHandler would answer 403, also to our own pages, whose requests carry an Origin too.
      ctx.response().headers().add("Vary", "Origin");
      ctx.next();
    }
  }
}
