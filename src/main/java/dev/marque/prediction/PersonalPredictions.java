package dev.marque.prediction;

import dev.marque.account.PersonalData;
import dev.marque.platform.Chunks;
import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What this package keeps of a person: each prediction and its photo. */
public final class PersonalPredictions implements PersonalData {

  private static final int PORTION = 50;
  private static final int DELETED_AT_ONCE = 500;

  private final Predictions predictions;

  public PersonalPredictions(Predictions predictions) {
    this.predictions = predictions;
  }

  @Override
  public Future<Void> export(UUID account, Sink sink) {
    return Chunks.<Cursor>processFrom(after -> portion(account, after, sink));
  }

  @Override
  public Future<Void> delete(UUID account) {
    return Chunks.process(DELETED_AT_ONCE, () -> predictions.deleteSome(account, DELETED_AT_ONCE))
        .mapEmpty();
  }

  private Future<Optional<Cursor>> portion(UUID account, Optional<Cursor> after, Sink sink) {
    return predictions
        .list(account, Filter.ALL, after.orElse(null), PORTION)
        .compose(
            found -> {
              Future<Void> written = Future.succeededFuture();
              for (Prediction prediction : found) {
                written = written.compose(before -> one(account, prediction, sink));
              }
              return written.map(next(found));
            });
  }

  private static Optional<Cursor> next(List<Prediction> found) {
    return found.size() < PORTION
        ? Optional.empty()
        : Optional.of(Cursor.after(found.get(found.size() - 1)));
  }

  private Future<Void> one(UUID account, Prediction prediction, Sink sink) {
    Buffer document = PredictionDocuments.of(prediction, Fields.MOST_BRANDS).toBuffer();
    return sink.add("predictions/" + prediction.id() + ".json", document)
        .compose(before -> photo(account, prediction, sink))
        .recover(PersonalPredictions::passOverMissing);
  }

  /** Where no copy is kept there may be a thumbnail. */
  private Future<Void> photo(UUID account, Prediction prediction, Sink sink) {
    UUID id = prediction.id();
    return prediction.photoKept()
        ? predictions.photo(account, id).compose(photo -> sink.add("photos/" + id + ".jpg", photo))
        : predictions
            .thumbnail(account, id)
            .compose(thumbnail -> sink.add("thumbnails/" + id + ".jpg", thumbnail));
  }

  /** Never kept, or deleted in between: then it is no longer the person's. */
  private static Future<Void> passOverMissing(Throwable failure) {
    return failure instanceof Failure.NotFound
        ? Future.succeededFuture()
        : Future.failedFuture(failure);
  }
}
