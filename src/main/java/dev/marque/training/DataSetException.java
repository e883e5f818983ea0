package dev.marque.training;

import org.jspecify.annotations.Nullable;

/** Photos or lists that cannot be trained with; the message says which and what to do. */
public final class DataSetException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DataSetException(String message) {
    super(message);
  }

  public DataSetException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
