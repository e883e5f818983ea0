package dev.marque.vision.network;

import org.jspecify.annotations.Nullable;

/** Thrown if a model's files are missing or do not match; the message says which and why. */
public final class InvalidModelException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public InvalidModelException(String message) {
    super(message);
  }

  public InvalidModelException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
