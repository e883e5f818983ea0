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
 * The way of one photo from an upload to a stored prediction. Whatever fails on it leaves nothing
 * behind: the one write is its last step.
 */
public final class PhotoIntake {

  /** The timer of photos from their arrival to their stored prediction, by {@code verdict}. */
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
    // From the start, since a meter that appears with its first event hides that event from rates.
    for (Verdict verdict : Verdict.values()) {
      duration(verdict);
    }
    this.storeTime =
        Timer.builder("marque.predictions.store")
            .description("Storing of a prediction with its copy and its thumbnail")
            .register(metrics);
  }

  /**
   * Predicts and stores.
   *
   * @param key the client's name for its request, or null
   * @param part which photo of the request, from 0
   * @param caller if it has closed its connection nothing is computed or stored
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
   * Predicts unless the same request was answered before or is being answered now: a client that
   * gave up waiting and tries again gets the answer to its first try.
   */
  private Future<Prediction> predictOnce(Caller caller, Upload.File photo, RequestKey request) {
    Slot slot = new Slot(caller.user().id(), request.key(), request.part());
    InProgress mine = new InProgress(request.fingerprint(), Promise.promise());
    InProgress first = inProgress.putIfAbsent(slot, mine);
    if (first == null) {
      return predictions
          .made(caller.user().id(), request)
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

  /** Whether a request of this name is being answered. */
  boolean isInProgress(UUID account, String key) {
    return inProgress.keySet().stream()
        .anyMatch(slot -> slot.account.equals(account) && slot.key.equals(key));
  }

  /** A future that completes on the caller's context, whichever the given one completes on. */
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
        .request(caller.user().id())
        .onFailure(this::countRefusal)
        .compose(allowed -> classifyAndStore(caller, photo, key))
        .onSuccess(made -> record(duration(made.verdict()), begin));
  }

  private void countRefusal(Throwable failure) {
    if (failure instanceof Failure.TooManyRequests refusal) {
      metrics.counter(PhotoAdmission.REFUSED, "reason", refusal.type()).increment();
    }
  }

  private Future<Prediction> store(
      User user, String fileName, Inference seen, @Nullable RequestKey key) {
    long begin = System.nanoTime();
    return predictions
        .add(user.id(), FileNames.clean(fileName), seen, key)
        .onSuccess(stored -> record(storeTime, begin));
  }

  private Timer duration(Verdict verdict) {
    return Timer.builder(DURATION)
        .description("A photo from its arrival to its stored prediction")
        .tag("verdict", verdict.code())
        .register(metrics);
  }

  private static void record(Timer timer, long begin) {
    timer.record(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
  }

  /** What the client cannot help, such as a full queue, costs it nothing: it may try again. */
  private Future<Prediction> classifyAndStore(
      Caller caller, Upload.File photo, @Nullable RequestKey key) {
    return inference
        .classify(photo.content(), caller)
        .compose(
            seen -> caller.isGone() ? clientGone() : store(caller.user(), photo.name(), seen, key))
        .recover(
            failure -> {
              Future<Prediction> failed = Future.failedFuture(failure);
              return isOurs(failure)
                  ? limits.giveBack(caller.user().id()).transform(given -> failed)
                  : failed;
            });
  }

  private static boolean isOurs(Throwable failure) {
    return !(failure instanceof Failure told) || told.status() >= 500;
  }

  private static Future<Prediction> clientGone() {
    return Future.failedFuture(Refusal.clientGone());
  }

  /** Ten megabytes take ten milliseconds: too long for the event loop. */
  private Future<Buffer> fingerprint(Buffer content) {
    return vertx.executeBlocking(() -> Buffer.buffer(sha256(content.getBytes())), false);
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
