package dev.marque.prediction;

import dev.marque.account.User;
import dev.marque.web.Failure;
import dev.marque.web.Failures;
import dev.marque.web.Messages;
import dev.marque.web.Pages;
import dev.marque.web.Problems;
import dev.marque.web.Upload;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Several photos in one request: answered in their order, each with an outcome of its own. */
public final class PhotoBatch {

  /** As many as the network takes in one pass; more at once would only fill the queue. */
  private static final int TOGETHER = 8;

  private final PhotoIntake intake;
  private final Problems problems;

  public PhotoBatch(PhotoIntake intake, Messages messages) {
    this.intake = intake;
    this.problems = new Problems(messages);
  }

  /** {@code {"results": [...]}}; never fails because of one photo. */
  Future<JsonObject> predict(
      RoutingContext ctx,
      User user,
      UploadForm form,
      @Nullable String key,
      Function<Prediction, JsonObject> document) {
    Caller caller = Caller.of(ctx, user);
    Future<JsonArray> results = Future.succeededFuture(new JsonArray());
    for (int from = 0; from < form.photos().size(); from += TOGETHER) {
      int first = from;
      List<Upload.File> some =
          form.photos().subList(from, Math.min(from + TOGETHER, form.photos().size()));
      results =
          results.compose(
              before ->
                  some(ctx, caller, some, first, key, document)
                      .map(more -> before.addAll(new JsonArray(more))));
    }
    return results.map(all -> new JsonObject().put("results", all));
  }

  private Future<List<JsonObject>> some(
      RoutingContext ctx,
      Caller caller,
      List<Upload.File> photos,
      int first,
      @Nullable String key,
      Function<Prediction, JsonObject> document) {
    List<Future<JsonObject>> outcomes = new ArrayList<>();
    for (int i = 0; i < photos.size(); i++) {
      Upload.File photo = photos.get(i);
      String name = FileNames.clean(photo.name());
      outcomes.add(
          intake
              .predict(caller, photo, key, first + i)
              .map(prediction -> made(name, document.apply(prediction)))
              .otherwise(cause -> failed(ctx, name, cause)));
    }
    return Future.all(outcomes).map(all -> all.list());
  }

  private static JsonObject made(String name, JsonObject prediction) {
    return new JsonObject().put("file_name", name).put("status", 201).put("prediction", prediction);
  }

  private JsonObject failed(RoutingContext ctx, String name, Throwable cause) {
    Failure failure = Failures.failureOf(ctx, cause);
    // Where photos only have to wait, the answer as a whole says how long: as the longest of them.
    Failures.addHeaders(ctx, failure);
    return new JsonObject()
        .put("file_name", name)
        .put("status", failure.status())
        .put("problem", problems.document(failure, Pages.language(ctx)));
  }
}
