package dev.marque.prediction;

import dev.marque.account.User;
import dev.marque.web.Failure;
import dev.marque.web.Upload;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of one photo from an upload to a stored prediction. Whatever fails on it leaves nothing
 * behind: the one write is its last step.
 */
public final class PhotoIntake {

  private final Vertx vertx;
  private final InferenceClient inference;
  private final Predictions predictions;
  private final PredictionLimits limits;

  public PhotoIntake(
      Vertx vertx, InferenceClient inference, Predictions predictions, PredictionLimits limits) {
    this.vertx = vertx;
    this.inference = inference;
    this.predictions = predictions;
    this.limits = limits;
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
        .compose(
            request ->
                predictions
                    .made(caller.user().id(), request)
                    .compose(
                        earlier ->
                            earlier
                                .map(Future::succeededFuture)
                                .orElseGet(() -> predictNew(caller, photo, request))));
  }

  private Future<Prediction> predictNew(
      Caller caller, Upload.File photo, @Nullable RequestKey key) {
    if (caller.isGone()) {
      return clientGone();
    }
    User user = caller.user();
    return limits
        .request(user.id())
        .compose(allowed -> classify(caller, photo.content()))
        .compose(
            seen ->
                caller.isGone()
                    ? clientGone()
                    : predictions.add(user.id(), FileNames.clean(photo.name()), seen, key));
  }

  /** A queue that is full is not the client's doing: it may try again. */
  private Future<Inference> classify(Caller caller, Buffer photo) {
    return inference
        .classify(photo, caller)
        .recover(
            failure -> {
              Future<Inference> failed = Future.failedFuture(failure);
              return failure instanceof Failure.Unavailable
                  ? limits.giveBack(caller.user().id()).transform(given -> failed)
                  : failed;
            });
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
