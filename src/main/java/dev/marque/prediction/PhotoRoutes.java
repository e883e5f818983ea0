package dev.marque.prediction;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.marque.account.SignedIn;
import dev.marque.vision.HeatMap;
import dev.marque.web.Accepted;
import dev.marque.web.Keys;
import dev.marque.web.QueryParameters;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Serves the stored images of a photo to its owner only: copy, thumbnail and heat map. */
public final class PhotoRoutes {

  private static final int CACHED_HEAT_MAPS = 256;
  private static final String JPEG = "image/jpeg";
  private static final String PNG = "image/png";

  private final SignedIn signedIn;
  private final Vertx vertx;
  private final Predictions predictions;
  private final Cache<UUID, Buffer> heatMaps =
      Caffeine.newBuilder().maximumSize(CACHED_HEAT_MAPS).build();

  public PhotoRoutes(SignedIn signedIn, Vertx vertx, Predictions predictions) {
    this.signedIn = signedIn;
    this.vertx = vertx;
    this.predictions = predictions;
  }

  public void mount(Router router) {
    mount(router.get("/predictions/:id/photo.jpg"), signedIn.page(), this::photo);
    mount(router.get("/predictions/:id/thumbnail.jpg"), signedIn.page(), this::thumbnail);
    mount(router.get("/predictions/:id/heat-map.png"), signedIn.page(), this::heatMap);
    mountApi(router.get("/api/v1/predictions/:id/photo"), JPEG, this::photo);
    mountApi(router.get("/api/v1/predictions/:id/thumbnail"), JPEG, this::thumbnail);
    mountApi(router.get("/api/v1/predictions/:id/heat-map"), PNG, this::heatMap);
  }

  private void mountApi(Route route, String contentType, Handler<RoutingContext> handler) {
    route.handler(signedIn.api()).handler(ctx -> requireOnly(ctx, contentType)).handler(handler);
  }

  private static void requireOnly(RoutingContext ctx, String contentType) {
    QueryParameters.only(ctx, Set.of());
    Accepted.best(ctx, List.of(contentType));
    ctx.next();
  }

  private static void mount(
      Route route, Handler<RoutingContext> guard, Handler<RoutingContext> handler) {
    route.handler(guard).handler(handler);
  }

  private void photo(RoutingContext ctx) {
    UUID id = Keys.of(ctx.pathParam("id"));
    send(ctx, predictions.photo(SignedIn.of(ctx).id(), id), JPEG);
  }

  private void thumbnail(RoutingContext ctx) {
    UUID id = Keys.of(ctx.pathParam("id"));
    send(ctx, predictions.thumbnail(SignedIn.of(ctx).id(), id), JPEG);
  }

  private void heatMap(RoutingContext ctx) {
    UUID id = Keys.of(ctx.pathParam("id"));
    // Even for a cached image, the row is read to check the owner.
    send(ctx, predictions.heatMap(SignedIn.of(ctx).id(), id).compose(map -> drawn(id, map)), PNG);
  }

  private Future<Buffer> drawn(UUID id, HeatMap map) {
    Buffer cached = heatMaps.getIfPresent(id);
    if (cached != null) {
      return Future.succeededFuture(cached);
    }
    return vertx
        .executeBlocking(() -> Buffer.buffer(HeatMapImage.png(map)), false)
        .onSuccess(png -> heatMaps.put(id, png));
  }

  private static void send(RoutingContext ctx, Future<Buffer> image, String contentType) {
    ctx.response().headers().add("Vary", "Cookie, Authorization");
    image
        .onSuccess(
            bytes ->
                ctx.response()
                    .putHeader("Content-Type", contentType)
                    .putHeader("Cache-Control", "private, max-age=3600")
                    // Images do not compress further: "identity" keeps the server from trying.
                    .putHeader("Content-Encoding", "identity")
                    .end(bytes))
        .onFailure(ctx::fail);
  }
}
