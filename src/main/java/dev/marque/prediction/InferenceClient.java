package dev.marque.prediction;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.UUID;

/** Sends photos to whichever inference node has room, and turns what comes back into values. */
public interface InferenceClient {

  /**
   * Keeps a place for an account's photo that is still on its way to us, for about as long as one
   * takes to arrive: who dawdles loses it, and takes their chance in {@link #classify}.
   *
   * <p>Fails with {@link dev.marque.web.Failure.Unavailable} ({@code busy}, {@code
   * model-not-ready}) where the photo would only be read to be refused.
   *
   * @return gives the place back when run; more than once does no harm
   */
  Future<Runnable> reserve(UUID account);

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
