package dev.marque.prediction;

import dev.marque.vision.photo.PhotoException;
import dev.marque.web.Failure;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The reasons why an inference node does not classify a photo. On the event bus, a refusal is sent
 * as its {@link #code}, which the receiver converts to a {@link Failure}.
 */
enum Refusal {
  EMPTY(4201),
  UNSUPPORTED_TYPE(4202),
  TOO_MANY_PIXELS(4203),
  ANIMATED(4204),
  UNREADABLE(4205),
  BUSY(4206),
  TOO_LATE(4207),
  STOPPING(4208),
  CLIENT_GONE(4209),
  TOO_MUCH_MEMORY(4210);

  private final int code;

  Refusal(int code) {
    this.code = code;
  }

  static Refusal of(PhotoException.Reason reason) {
    return switch (reason) {
      case EMPTY -> EMPTY;
      case UNSUPPORTED_TYPE -> UNSUPPORTED_TYPE;
      case TOO_MANY_PIXELS -> TOO_MANY_PIXELS;
      case TOO_MUCH_MEMORY -> TOO_MUCH_MEMORY;
      case ANIMATED -> ANIMATED;
      case UNREADABLE -> UNREADABLE;
    };
  }

  /** The failure code of a reply on the event bus; it is stable across versions. */
  int code() {
    return code;
  }

  /** Returns the refusal with the given failure code, if any. */
  static Optional<Refusal> ofCode(int code) {
    return Arrays.stream(values()).filter(refusal -> refusal.code == code).findFirst();
  }

  /** Returns the value of the metric's tag, for example {@code too_late}. */
  String tag() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /** Returns a failure for the log only, since the client has closed the connection. */
  static Failure clientGone() {
    return new Failure.Refused(408, "client-gone");
  }

  /** Returns the failure for a client whose photo no inference node has room for. */
  static Failure busy() {
    return new Failure.Unavailable("busy", Duration.ofSeconds(1));
  }

  /**
   * Converts this refusal to a failure for the client.
   *
   * @param megapixels the size limit of photos, for the message
   */
  Failure failure(int megapixels) {
    return switch (this) {
      case EMPTY -> new Failure.Invalid("image-empty", List.of());
      case UNSUPPORTED_TYPE -> new Failure.UnsupportedType("photo-type");
      case TOO_MANY_PIXELS -> new Failure.Invalid("photo-too-many-pixels", List.of(), megapixels);
      case TOO_MUCH_MEMORY -> new Failure.Invalid("photo-too-much-memory", List.of());
      case ANIMATED -> new Failure.Invalid("photo-animated", List.of());
      case UNREADABLE -> new Failure.Invalid("photo-unreadable", List.of());
      case BUSY, TOO_LATE -> busy();
      case STOPPING -> new Failure.Unavailable("model-not-ready", Duration.ofSeconds(5));
      case CLIENT_GONE -> clientGone();
    };
  }
}
