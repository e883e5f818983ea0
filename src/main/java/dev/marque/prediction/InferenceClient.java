package dev.marque.prediction;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.UUID;

/** Classifies photos on an inference node that has capacity. */
public interface InferenceClient {

  /**
   * Reserves capacity for a photo that is still being uploaded, for about as long as an upload
   * takes. After that the reservation expires, and {@link #classify} may fail if there is no
   * capacity.
   *
   * <p>Fails with {@link dev.marque.web.Failure.Unavailable} ({@code busy}, {@code
   * model-not-ready}) if there is no capacity, so that the photo need not be read.
   *
   * @return releases the reservation when run; further runs have no effect
   */
  Future<Runnable> reserve(UUID account);

  /**
   * Returns whether {@link #reserve} would currently fail with {@code busy} for every account.
   * False without an inference node.
   */
  boolean isFull();

  /**
   * Classifies one photo.
   *
   * <p>Fails with {@link dev.marque.web.Failure.UnsupportedType} ({@code photo-type}), {@link
   * dev.marque.web.Failure.Invalid} ({@code photo-unreadable}, {@code photo-too-many-pixels},
   * {@code photo-too-much-memory}, {@code photo-animated}), {@link
   * dev.marque.web.Failure.Unavailable} ({@code busy}, {@code model-not-ready}) or {@link
   * dev.marque.web.Failure.Refused} ({@code client-gone}).
   *
   * @param photo the bytes as uploaded; not modified
   * @param caller the waiting client; if it disconnects, the photo is not classified
   */
  Future<Inference> classify(Buffer photo, Caller caller);
}
