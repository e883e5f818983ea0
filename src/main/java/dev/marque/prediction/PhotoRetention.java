package dev.marque.prediction;

import dev.marque.platform.Chunks;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets photos after the days that the operator chose ({@code marque.photos.days}). */
public final class PhotoRetention {

  private static final Logger LOG = LoggerFactory.getLogger(PhotoRetention.class);
  private static final Duration EVERY = Duration.ofHours(1);
  private static final int PORTION = 500;

  private final Vertx vertx;
  private final Predictions predictions;
  private final int days;
  private long timer = -1;
  private volatile boolean closed;

  /**
   * @param days 0: photos are kept for ever
   */
  public PhotoRetention(Vertx vertx, Predictions predictions, int days) {
    this.vertx = vertx;
    this.predictions = predictions;
    this.days = days;
  }

  /** Begins to look once an hour, and now. */
  public void start() {
    if (days > 0 && timer < 0) {
      timer = vertx.setPeriodic(0, EVERY.toMillis(), tick -> forgetAndLog());
    }
  }

  /** Ends; what is under way may fail without a word, since the database is closed next. */
  public void close() {
    closed = true;
    if (timer >= 0) {
      vertx.cancelTimer(timer);
      timer = -1;
    }
  }

  /** Forgets what is due, in portions that do not hold locks for long; the number of photos. */
  Future<Integer> forget() {
    return Chunks.process(PORTION, () -> predictions.forgetOldPhotos(days, PORTION));
  }

  private void forgetAndLog() {
    forget()
        .onSuccess(
            forgotten -> {
              if (forgotten > 0) {
                LOG.info("forgot {} photos older than {} days", forgotten, days);
              }
            })
        .onFailure(
            e -> {
              if (!closed) {
                LOG.warn("old photos were not forgotten, next try in an hour", e);
              }
            });
  }
}
