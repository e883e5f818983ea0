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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns an uploaded photo into a stored prediction. A failure leaves nothing behind, since the only
 * write is the last step.
 */
public final class PhotoIntake {

  /** The timer for photos from arrival to stored prediction, tagged with {@code verdict}. */
  static final String DURATION = "marque.predictions";

  /** How long a repeated request waits for the first one. */
  private static final Duration REPEAT_TIMEOUT = Duration.ofMinutes(1);

  private final Vertx vertx;
  private final InferenceClient inference;
  private final Predictions predictions;
  private final PredictionLimits limits;
  private final MeterRegistry metrics;
  private final Timer storeTime;
  private final Map<KeyedPhoto, InProgress> inProgress = new ConcurrentHashMap<>();

  /** A photo of a request with an {@code Idempotency-Key}. */
  private record KeyedPhoto(UUID account, String key, int part) {}

  /** The unanswered request for such a photo, and the promise of its result. */
  private record InProgress(Buffer fingerprint, Promise<Prediction> result) {}

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
   * Predicts unless the same request was answered before or is in progress on this node; then
   * returns that result. If the client of the request in progress disconnects, which cancels it,
   * the next one waiting starts again. Across web nodes, {@link Predictions#add} keeps only one.
   */
  private Future<Prediction> predictOnce(Caller caller, Upload.File photo, RequestKey request) {
    KeyedPhoto keyed = new KeyedPhoto(caller.user().id(), request.key(), request.part());
    InProgress own = new InProgress(request.fingerprint(), Promise.promise());
    InProgress first = inProgress.putIfAbsent(keyed, own);
    if (first == null) {
      return earlierOr(caller, request, () -> predictNew(caller, photo, request))
          .onComplete(
              result -> {
                inProgress.remove(keyed);
                own.result.handle(result);
              });
    }
    if (!first.fingerprint.equals(request.fingerprint())) {
      // The photo in progress may itself be the wrong one for this key.
      Failure reused = new Failure.Invalid("idempotency-key-reused", List.of());
      return earlierOr(caller, request, () -> Future.failedFuture(reused));
    }
    return onThisContext(first.result.future())
        .timeout(REPEAT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .recover(
            failure -> {
              if (isClientGone(failure)) {
                return predictOnce(caller, photo, request);
              }
              return Future.failedFuture(
                  failure instanceof TimeoutException
                      ? new Failure.Unavailable("busy", Duration.ofSeconds(5))
                      : failure);
            });
  }

  /** Returns the stored prediction of the request; if there is none, what {@code other} gives. */
  private Future<Prediction> earlierOr(
      Caller caller, RequestKey request, Supplier<Future<Prediction>> other) {
    // Within a composition, so that an exception of the lookup fails the future, too.
    return Future.succeededFuture()
        .compose(none -> predictions.findByRequest(caller.user().id(), request))
        .compose(earlier -> earlier.map(Future::succeededFuture).orElseGet(other));
  }

  /** Returns whether a request with this idempotency key is in progress. */
  boolean isInProgress(UUID account, String key) {
    return inProgress.keySet().stream()
        .anyMatch(photo -> photo.account.equals(account) && photo.key.equals(key));
  }

  /**
   * Returns a future with the same result that completes on the current context, on whichever
   * thread {@code future} completes.
   */
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
