package dev.marque.training;

/** Thrown if the loss or the weights are no longer finite; the message says how to continue. */
public final class DivergenceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DivergenceException(String message) {
    super(message);
  }
}
