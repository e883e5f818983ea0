package dev.marque.prediction;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.marque.account.SignedIn;
import dev.marque.vision.HeatMap;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.UUID;

/** What is kept of a photo, for its owner alone: copy, thumbnail, and the heat map drawn. */
public final class PhotoRoutes {

  private static final int HEAT_MAPS_HELD = 256;

  private final SignedIn signedIn;
  private final Vertx vertx;
  private final Predictions predictions;
  private final Cache<UUID, Buffer> heatMaps =
      Caffeine.newBuilder().maximumSize(HEAT_MAPS_HELD).build();

  public PhotoRoutes(SignedIn signedIn, Vertx vertx, Predictions predictions) {
    this.signedIn = signedIn;
    this.vertx = vertx;
    this.predictions = predictions;
  }

  public void mount(Router router) {
    mount(router.get("/predictions/:id/photo.jpg"), signedIn.page(), this::photo);
    mount(router.get("/predictions/:id/thumbnail.jpg"), signedIn.page(), this::thumbnail);
    mount(router.get("/predictions/:id/heat-map.png"), signedIn.page(), this::heatMap);
    mount(router.get("/api/v1/predictions/:id/photo"), signedIn.api(), this::photo);
    mount(router.get("/api/v1/predictions/:id/thumbnail"), signedIn.api(), this::thumbnail);
    mount(router.get("/api/v1/predictions/:id/heat-map"), signedIn.api(), this::heatMap);
  }

  private static void mount(
      Route route, Handler<RoutingContext> guard, Handler<RoutingContext> handler) {
    route.handler(guard).handler(handler);
  }

  private void photo(RoutingContext ctx) {
    UUID id = Fields.id(ctx.pathParam("id"));
    send(ctx, predictions.photo(SignedIn.of(ctx).id(), id), "image/jpeg");
  }

  private void thumbnail(RoutingContext ctx) {
    UUID id = Fields.id(ctx.pathParam("id"));
    send(ctx, predictions.thumbnail(SignedIn.of(ctx).id(), id), "image/jpeg");
  }

  private void heatMap(RoutingContext ctx) {
    UUID id = Fields.id(ctx.pathParam("id"));
    // The row is read each time: only it knows whose it is.
    send(
        ctx,
        predictions.heatMap(SignedIn.of(ctx).id(), id).compose(map -> drawn(id, map)),
        "image/png");
  }

  private Future<Buffer> drawn(UUID id, HeatMap map) {
    Buffer known = heatMaps.getIfPresent(id);
    if (known != null) {
      return Future.succeededFuture(known);
    }
    return vertx
        .executeBlocking(() -> Buffer.buffer(HeatMapImage.png(map)), false)
        .onSuccess(png -> heatMaps.put(id, png));
  }

  private static void send(RoutingContext ctx, Future<Buffer> image, String contentType) {
    image
        .onSuccess(
            bytes ->
                ctx.response()
                    .putHeader("Content-Type", contentType)
                    .putHeader("Cache-Control", "private, max-age=3600")
                    .putHeader("Vary", "Cookie, Authorization")
                    // Pictures do not become smaller: keeps the server from trying.
                    .putHeader("Content-Encoding", "identity")
                    .end(bytes))
        .onFailure(ctx::fail);
  }
}
