package dev.marque.web;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/** Leads a browser on after a form was taken, so that reloading does not send it again. */
public final class Redirects {

  private Redirects() {}

  /**
   * Answers 303.
   *
   * @param link of {@link PageUrls}, or an address elsewhere
   */
  public static void to(RoutingContext ctx, String link) {
    ctx.response()
        .setStatusCode(303)
        .putHeader(HttpHeaders.LOCATION, link)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .end();
  }
}
