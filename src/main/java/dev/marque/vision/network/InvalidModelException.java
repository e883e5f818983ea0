package dev.marque.vision.network;

import org.jspecify.annotations.Nullable;

/** The files of a model are missing or do not belong together; the message says which and why. */
public final class InvalidModelException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public InvalidModelException(String message) {
    super(message);
  }

  public InvalidModelException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
