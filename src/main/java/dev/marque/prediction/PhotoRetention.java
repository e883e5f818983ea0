package dev.marque.prediction;

import dev.marque.platform.Chunks;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes photos after the number of days in the settings ({@code marque.photos.days}). */
public final class PhotoRetention {

  private static final Logger LOG = LoggerFactory.getLogger(PhotoRetention.class);
  private static final Duration INTERVAL = Duration.ofHours(1);
  private static final int CHUNK_SIZE = 500;

  private final Vertx vertx;
  private final Predictions predictions;
  private final int days;
  private long timer = -1;
  private volatile boolean closed;

  /**
   * @param days number of days to keep photos; 0 keeps them forever
   */
  public PhotoRetention(Vertx vertx, Predictions predictions, int days) {
    this.vertx = vertx;
    this.predictions = predictions;
    this.days = days;
  }

  /** Deletes old photos immediately and then once an hour. */
  public void start() {
    if (days > 0 && timer < 0) {
      timer = vertx.setPeriodic(0, INTERVAL.toMillis(), tick -> deleteAndLog());
    }
  }

  /** Stops. A running deletion may fail without being logged, since the database is closed next. */
  public void close() {
    closed = true;
    if (timer >= 0) {
      vertx.cancelTimer(timer);
      timer = -1;
    }
  }

  /** Deletes old photos in chunks, to hold locks only briefly; completes with their number. */
  Future<Integer> deleteOld() {
    return Chunks.process(CHUNK_SIZE, () -> predictions.deleteOldPhotos(days, CHUNK_SIZE));
  }

  private void deleteAndLog() {
    deleteOld()
        .onSuccess(
            deleted -> {
              if (deleted > 0) {
                LOG.info("Deleted {} photos older than {} days", deleted, days);
              }
            })
        .onFailure(
            e -> {
              if (!closed) {
                LOG.warn("Could not delete old photos, next attempt in an hour", e);
              }
            });
  }
}
