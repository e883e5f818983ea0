package dev.marque.vision.photo;

/** Bytes that are no photo we read; {@link #reason} says why, {@link #getMessage} in words. */
public final class PhotoException extends Exception {
  private static final long serialVersionUID = 1;

  /** Why a photo is refused. */
  public enum Reason {
    /** No bytes at all. */
    EMPTY,
    /** A kind of file that is not read here. */
    UNSUPPORTED_TYPE,
    /** More pixels than allowed, by its header. */
    TOO_MANY_PIXELS,
    /** To decode it takes more memory than it may have. */
    TOO_MUCH_MEMORY,
    /** Several pictures in one file. */
    ANIMATED,
    /** Damaged or cut short. */
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
