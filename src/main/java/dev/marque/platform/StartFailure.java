package dev.marque.platform;

/**
 * Why the program cannot start or a command cannot run: one line for the person at the terminal
 * that says what is wrong with which input and what to do.
 */
public final class StartFailure extends RuntimeException {

  private static final long serialVersionUID = 1;

  public StartFailure(String message) {
    super(message);
  }

  public StartFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
