package dev.marque.web;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/** Redirects a browser after a form was processed, so that a reload does not submit it again. */
public final class Redirects {

  private Redirects() {}

  /**
   * Answers 303.
   *
   * @param link link built by {@link PageUrls}, or an absolute URL
   */
  public static void to(RoutingContext ctx, String link) {
    ctx.response()
        .setStatusCode(303)
        .putHeader(HttpHeaders.LOCATION, link)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .end();
  }
}
