package dev.marque.vision.photo;

/** Thrown for bytes that cannot be read as a photo; {@link #reason} says why. */
public final class PhotoException extends Exception {
  private static final long serialVersionUID = 1;

  /** Why a photo is rejected. */
  public enum Reason {
    /** No bytes at all. */
    EMPTY,
    /** An unsupported type of file. */
    UNSUPPORTED_TYPE,
    /** More pixels than allowed, according to its header. */
    TOO_MANY_PIXELS,
    /** Decoding takes more memory than allowed. */
    TOO_MUCH_MEMORY,
    /** Several frames in one file. */
    ANIMATED,
    /** Damaged, truncated, or too large a file. */
    UNREADABLE
  }

  private final Reason reason;

  public PhotoException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
