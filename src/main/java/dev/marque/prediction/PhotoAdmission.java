package dev.marque.prediction;

import dev.marque.account.User;
import dev.marque.web.Failure;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Decides by its head whether a request that carries photos is read: not where all that awaits it
 * is 429 or 503. So under overload a refusal costs no photo's reading, and comes before the client
 * has sent it.
 *
 * <p>Nothing is taken here but a place for a moment: the photo itself is counted and queued when it
 * is there.
 */
final class PhotoAdmission {

  private final InferenceClient inference;
  private final PredictionLimits limits;
  private final Predictions predictions;
  private final MeterRegistry metrics;

  PhotoAdmission(
      InferenceClient inference,
      PredictionLimits limits,
      Predictions predictions,
      MeterRegistry metrics) {
    this.inference = inference;
    this.limits = limits;
    this.predictions = predictions;
    this.metrics = metrics;
    // From the start, since a counter that appears with its first event hides it from rates.
    for (String reason : new String[] {"busy", "model-not-ready", "predictions-per-minute"}) {
      count(reason, 0);
    }
  }

  /**
   * Asks for one account, see {@link dev.marque.web.Uploads.Admission#request}. A request that was
   * answered before is let in without a place: its answer takes none.
   *
   * @param key the client's name for its request, or null
   */
  Future<Runnable> ask(RoutingContext ctx, User user, @Nullable String key) {
    UUID account = user.id();
    return limits
        .look(account)
        .compose(allowed -> inference.reserve(account))
        .recover(refusal -> orAnsweredBefore(account, key, refusal))
        .onFailure(
            refusal -> {
              limits.tell(account, ctx.response());
              if (refusal instanceof Failure failure) {
                count(failure.type(), 1);
              }
            });
  }

  private Future<Runnable> orAnsweredBefore(UUID account, @Nullable String key, Throwable refusal) {
    if (key == null) {
      return Future.failedFuture(refusal);
    }
    return predictions
        .knows(account, key)
        .compose(
            known ->
                known ? Future.succeededFuture(() -> {}) : Future.<Runnable>failedFuture(refusal));
  }

  private void count(String reason, int requests) {
    metrics.counter("marque.uploads.refused", "reason", reason).increment(requests);
  }
}
