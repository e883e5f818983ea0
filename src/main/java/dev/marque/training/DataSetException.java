package dev.marque.training;

import org.jspecify.annotations.Nullable;

/** Thrown if photos or lists cannot be used; the message says which and how to fix it. */
public final class DataSetException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DataSetException(String message) {
    super(message);
  }

  public DataSetException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
