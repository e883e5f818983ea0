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

/** Predicts several photos of one request: results are in the same order, one per photo. */
public final class PhotoBatch {

  /** The size of a full batch of the network; more at a time would only fill the queue. */
  private static final int CHUNK_SIZE = 8;

  private final PhotoIntake intake;
  private final Pages pages;
  private final Problems problems;

  public PhotoBatch(PhotoIntake intake, Pages pages, Messages messages) {
    this.intake = intake;
    this.pages = pages;
    this.problems = new Problems(messages);
  }

  /** Returns {@code {"results": [...]}}; does not fail if single photos fail. */
  Future<JsonObject> predict(
      RoutingContext ctx,
      User user,
      UploadForm form,
      @Nullable String key,
      Function<Prediction, JsonObject> document) {
    Caller caller = Caller.of(ctx, user);
    Future<JsonArray> results = Future.succeededFuture(new JsonArray());
    for (int from = 0; from < form.photos().size(); from += CHUNK_SIZE) {
      int first = from;
      List<Upload.File> chunk =
          form.photos().subList(from, Math.min(from + CHUNK_SIZE, form.photos().size()));
      results =
          results.compose(
              before ->
                  predictChunk(ctx, caller, chunk, first, key, document)
                      .map(more -> before.addAll(new JsonArray(more))));
    }
    return results.map(all -> new JsonObject().put("results", all));
  }

  private Future<List<JsonObject>> predictChunk(
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
              .map(prediction -> succeeded(name, document.apply(prediction)))
              .otherwise(cause -> failed(ctx, name, cause)));
    }
    return Future.all(outcomes).map(all -> all.list());
  }

  private static JsonObject succeeded(String name, JsonObject prediction) {
    return new JsonObject().put("file_name", name).put("status", 201).put("prediction", prediction);
  }

  private JsonObject failed(RoutingContext ctx, String name, Throwable cause) {
    Failure failure = Failures.failureOf(ctx, cause);
    // If photos have to be retried later, the headers of the response state the longest delay.
    Failures.addHeaders(ctx, failure);
    return new JsonObject()
        .put("file_name", name)
        .put("status", failure.status())
        .put("problem", problems.document(failure, pages.language(ctx)));
  }
}
