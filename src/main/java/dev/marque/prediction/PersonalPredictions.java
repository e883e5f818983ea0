package dev.marque.prediction;

import dev.marque.account.PersonalData;
import dev.marque.platform.Chunks;
import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The personal data in this package: a user's predictions and their photos. */
public final class PersonalPredictions implements PersonalData {

  private static final int EXPORT_CHUNK_SIZE = 50;
  private static final int DELETE_CHUNK_SIZE = 500;

  private final Predictions predictions;

  public PersonalPredictions(Predictions predictions) {
    this.predictions = predictions;
  }

  @Override
  public Future<Void> export(UUID account, Sink sink) {
    return Chunks.<Cursor>processFrom(after -> exportChunk(account, after, sink));
  }

  @Override
  public Future<Void> delete(UUID account) {
    return Chunks.process(
            DELETE_CHUNK_SIZE, () -> predictions.deleteSome(account, DELETE_CHUNK_SIZE))
        .mapEmpty();
  }

  private Future<Optional<Cursor>> exportChunk(UUID account, Optional<Cursor> after, Sink sink) {
    return predictions
        .list(account, Filter.ALL, after.orElse(null), EXPORT_CHUNK_SIZE)
        .compose(
            found -> {
              Future<Void> written = Future.succeededFuture();
              for (Prediction prediction : found) {
                written = written.compose(before -> exportOne(account, prediction, sink));
              }
              return written.map(next(found));
            });
  }

  private static Optional<Cursor> next(List<Prediction> found) {
    return found.size() < EXPORT_CHUNK_SIZE
        ? Optional.empty()
        : Optional.of(Cursor.after(found.get(found.size() - 1)));
  }

  private Future<Void> exportOne(UUID account, Prediction prediction, Sink sink) {
    Buffer document = PredictionDocuments.of(prediction, Fields.MAX_BRANDS).toBuffer();
    return sink.add("predictions/" + prediction.id() + ".json", document)
        .compose(before -> exportPhoto(account, prediction, sink))
        .recover(PersonalPredictions::ignoreMissing);
  }

  /** If no copy is stored, there may still be a thumbnail. */
  private Future<Void> exportPhoto(UUID account, Prediction prediction, Sink sink) {
    UUID id = prediction.id();
    return prediction.photoKept()
        ? predictions.photo(account, id).compose(photo -> sink.add("photos/" + id + ".jpg", photo))
        : predictions
            .thumbnail(account, id)
            .compose(thumbnail -> sink.add("thumbnails/" + id + ".jpg", thumbnail));
  }

  /** A photo may never have been stored, or may have been deleted in the meantime. */
  private static Future<Void> ignoreMissing(Throwable failure) {
    return failure instanceof Failure.NotFound
        ? Future.succeededFuture()
        : Future.failedFuture(failure);
  }
}
