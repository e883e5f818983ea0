package dev.marque.training;

/** A run whose loss or weights are no numbers any more; the message says how to go on. */
public final class DivergenceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public DivergenceException(String message) {
    super(message);
  }
}
