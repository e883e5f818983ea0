package dev.marque.prediction;

import dev.marque.account.User;
import dev.marque.web.Failure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Decides, from the headers alone, whether to read an upload: not if the response will be 429 or
 * 503 anyway. So an overloaded server refuses photos without reading them, and before the client
 * has sent them.
 *
 * <p>Only a short-lived reservation is made here: the photo counts toward the rate limit and is
 * queued once it has arrived.
 */
final class PhotoAdmission {

  /**
   * Counts refusals on this web node by {@code reason}: uploads refused before they were read,
   * photos over the rate limit, and photos that no inference node answered: none had room, or it
   * was lost.
   */
  static final String REFUSED = "marque.uploads.refused";

  private final InferenceClient inference;
  private final PredictionLimits limits;
  private final Predictions predictions;
  private final PhotoIntake intake;
  private final MeterRegistry metrics;

  /** Kept, because under overload the registry would look it up for most requests. */
  private final Counter busy;

  PhotoAdmission(
      InferenceClient inference,
      PredictionLimits limits,
      Predictions predictions,
      PhotoIntake intake,
      MeterRegistry metrics) {
    this.inference = inference;
    this.limits = limits;
    this.predictions = predictions;
    this.intake = intake;
    this.metrics = metrics;
    // Registered up front: a counter that appears with its first event hides it from rate().
    for (String reason : new String[] {"busy", "model-not-ready", "predictions-per-minute"}) {
      counter(reason);
    }
    this.busy = counter(Refusal.busy().type());
  }

  /**
   * Admits or refuses an upload, as {@link dev.marque.web.Uploads.Admission} specifies. A request
   * that repeats an answered or unfinished one is admitted without a reservation, since its
   * response normally needs no inference.
   *
   * @param key the client's idempotency key, or {@code null}
   */
  Future<Runnable> admit(RoutingContext ctx, User user, @Nullable String key) {
    UUID account = user.id();
    return limits
        .check(account)
        .compose(allowed -> inference.reserve(account))
        .recover(refusal -> admitIfRepeated(account, key, refusal))
        .onFailure(
            refusal -> {
              limits.addHeaders(account, ctx.response());
              if (refusal instanceof Failure failure) {
                counter(failure.type()).increment();
              }
            });
  }

  /**
   * Refuses an API upload before its sender is identified, if the inference nodes are full for
   * every account: identifying it would ask the database for many of the requests that an
   * overloaded server refuses. Other requests pass, also those that may repeat an answered one.
   * Pages pass, because their errors are shown to people who are signed in.
   */
  void refuseIfFull(RoutingContext ctx) {
    if (!ctx.request().headers().contains(RequestKey.HEADER) && inference.isFull()) {
      busy.increment();
      ctx.fail(Refusal.busy());
    } else {
      ctx.next();
    }
  }

  private Future<Runnable> admitIfRepeated(UUID account, @Nullable String key, Throwable refusal) {
    if (key == null) {
      return Future.failedFuture(refusal);
    }
    if (intake.isInProgress(account, key)) {
      return Future.succeededFuture(() -> {});
    }
    return predictions
        .hasRequest(account, key)
        .compose(
            known ->
                known ? Future.succeededFuture(() -> {}) : Future.<Runnable>failedFuture(refusal));
  }

  private Counter counter(String reason) {
    return metrics.counter(REFUSED, "reason", reason);
  }
}
