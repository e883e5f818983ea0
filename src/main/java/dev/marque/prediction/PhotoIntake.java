package dev.marque.prediction;

import dev.marque.account.User;
import dev.marque.vision.Verdict;
import dev.marque.web.Failure;
import dev.marque.web.Upload;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Turns an uploaded photo into a stored prediction. A failure leaves nothing behind, since the only
 * write is the last step.
 */
public final class PhotoIntake {

  /** The timer for photos from arrival to stored prediction, tagged with {@code verdict}. */
  static final String DURATION = "marque.predictions";

  private final Vertx vertx;
  private final InferenceClient inference;
  private final Predictions predictions;
  private final PredictionLimits limits;
  private final MeterRegistry metrics;
  private final Timer storeTime;
  private final Map<Slot, InProgress> inProgress = new ConcurrentHashMap<>();

  /** What an {@code Idempotency-Key} names. */
  private record Slot(UUID account, String key, int part) {}

  /** A request with such a key that is not yet answered. */
  private record InProgress(Buffer fingerprint, Promise<Prediction> answer) {}

  PhotoIntake(
      Vertx vertx,
      InferenceClient inference,
      Predictions predictions,
      PredictionLimits limits,
      MeterRegistry metrics) {
    this.vertx = vertx;
    this.inference = inference;
    this.predictions = predictions;
    this.limits = limits;
    this.metrics = metrics;
    // Registered up front: a timer that appears with its first event hides it from rate().
    for (Verdict verdict : Verdict.values()) {
      duration(verdict);
    }
    this.storeTime =
        Timer.builder("marque.predictions.store")
            .description("Storing a prediction with its copy and thumbnail")
            .register(metrics);
  }

  /**
   * Classifies a photo and stores the prediction.
   *
   * @param caller the waiting client; if it disconnects, nothing is classified or stored
   * @param key the client's idempotency key, or {@code null}
   * @param part index of the photo in the request, from 0
   */
  Future<Prediction> predict(Caller caller, Upload.File photo, @Nullable String key, int part) {
    if (photo.content().length() == 0) {
      return Future.failedFuture(new Failure.Invalid("image-empty", List.of()));
    }
    if (key == null) {
      return predictNew(caller, photo, null);
    }
    return fingerprint(photo.content())
        .map(fingerprint -> new RequestKey(key, part, fingerprint))
        .compose(request -> predictOnce(caller, photo, request));
  }

  /**
   * Predicts unless the same request was answered before or is still in progress: a client that
   * times out and retries gets the result of its first request.
   */
  private Future<Prediction> predictOnce(Caller caller, Upload.File photo, RequestKey request) {
    Slot slot = new Slot(caller.user().id(), request.key(), request.part());
    InProgress mine = new InProgress(request.fingerprint(), Promise.promise());
    InProgress first = inProgress.putIfAbsent(slot, mine);
    if (first == null) {
      return predictions
          .findByRequest(caller.user().id(), request)
          .compose(
              earlier ->
                  earlier
                      .map(Future::succeededFuture)
                      .orElseGet(() -> predictNew(caller, photo, request)))
          .onComplete(
              prediction -> {
                inProgress.remove(slot);
                mine.answer.handle(prediction);
              });
    }
    if (!first.fingerprint.equals(request.fingerprint())) {
      return Future.failedFuture(new Failure.Invalid("idempotency-key-reused", List.of()));
    }
    return onThisContext(first.answer.future())
        .recover(
            failure ->
                isClientGone(failure)
                    ? predictOnce(caller, photo, request)
                    : Future.failedFuture(failure));
  }

  /** Returns whether a request with this idempotency key is in progress. */
  boolean isInProgress(UUID account, String key) {
    return inProgress.keySet().stream()
        .anyMatch(slot -> slot.account.equals(account) && slot.key.equals(key));
  }

  /** Returns a future that completes on the current context, whichever completes {@code future}. */
  private <T> Future<T> onThisContext(Future<T> future) {
    Context context = vertx.getOrCreateContext();
    Promise<T> here = Promise.promise();
    future.onComplete(result -> context.runOnContext(now -> here.handle(result)));
    return here.future();
  }

  private static boolean isClientGone(Throwable failure) {
    return failure instanceof Failure known && known.type().equals(Refusal.clientGone().type());
  }

  private Future<Prediction> predictNew(
      Caller caller, Upload.File photo, @Nullable RequestKey key) {
    if (caller.isGone()) {
      return clientGone();
    }
    long begin = System.nanoTime();
    return limits
        .acquire(caller.user().id())
        .onFailure(this::countRefusal)
        .compose(allowed -> classifyAndStore(caller, photo, key))
        .onSuccess(prediction -> record(duration(prediction.verdict()), begin));
  }

  private void countRefusal(Throwable failure) {
    if (failure instanceof Failure.TooManyRequests refusal) {
      metrics.counter(PhotoAdmission.REFUSED, "reason", refusal.type()).increment();
    }
  }

  private Future<Prediction> store(
      User user, String fileName, Inference result, @Nullable RequestKey key) {
    long begin = System.nanoTime();
    return predictions
        .add(user.id(), FileNames.clean(fileName), result, key)
        .onSuccess(stored -> record(storeTime, begin));
  }

  private Timer duration(Verdict verdict) {
    return Timer.builder(DURATION)
        .description("A photo from arrival to stored prediction")
        .tag("verdict", verdict.code())
        .register(metrics);
  }

  private static void record(Timer timer, long begin) {
    timer.record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
  }

  /** Errors of the server, like a full queue, do not count toward the limit: clients may retry. */
  private Future<Prediction> classifyAndStore(
      Caller caller, Upload.File photo, @Nullable RequestKey key) {
    return inference
        .classify(photo.content(), caller)
        .compose(
            result ->
                caller.isGone() ? clientGone() : store(caller.user(), photo.name(), result, key))
        .recover(
            failure -> {
              Future<Prediction> failed = Future.failedFuture(failure);
              return isServerError(failure)
                  ? limits.refund(caller.user().id()).transform(refunded -> failed)
                  : failed;
            });
  }

  private static boolean isServerError(Throwable failure) {
    return !(failure instanceof Failure known) || known.status() >= 500;
  }

  private static Future<Prediction> clientGone() {
    return Future.failedFuture(Refusal.clientGone());
  }

  /** Runs on a worker thread: 10 MB take about 10 ms, too long for the event loop. */
  private Future<Buffer> fingerprint(Buffer content) {
    return vertx.executeBlocking(() -> Buffer.buffer(sha256(content.getBytes())), false);
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform supports SHA-256", e);
    }
  }
}
