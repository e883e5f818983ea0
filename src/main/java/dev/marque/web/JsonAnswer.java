package dev.marque.web;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** JSON answers of the API. */
public final class JsonAnswer {

  public static final String MEDIA_TYPE = "application/json";

  private JsonAnswer() {}

  /** Sends an object that must not be cached; does nothing if the client has disconnected. */
  public static void send(RoutingContext ctx, int status, JsonObject body) {
    if (ctx.response().closed()) {
      return;
    }
    ctx.response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .end(body.toBuffer())
        .onFailure(gone -> {});
  }
}
