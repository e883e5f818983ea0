package dev.marque.platform;

/**
 * Thrown if the program cannot start or a command cannot run. The message is one line for the user
 * at the terminal: which input is wrong, why, and what to do.
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
