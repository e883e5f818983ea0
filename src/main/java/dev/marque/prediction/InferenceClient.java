package dev.marque.prediction;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/** Sends photos to whichever inference node has room, and turns what comes back into values. */
public interface InferenceClient {

  /**
   * Classifies one photo.
   *
   * <p>Fails with {@link dev.marque.web.Failure.UnsupportedType} ({@code photo-type}), {@link
   * dev.marque.web.Failure.Invalid} ({@code photo-unreadable}, {@code photo-too-many-pixels},
   * {@code photo-too-much-memory}, {@code photo-animated}), {@link
   * dev.marque.web.Failure.Unavailable} ({@code busy}, {@code model-not-ready}) or {@link
   * dev.marque.web.Failure.Refused} ({@code client-gone}).
   *
   * @param photo the bytes as uploaded; not changed
   * @param caller who waits for the answer: without them it is not computed
   */
  Future<Inference> classify(Buffer photo, Caller caller);
}
