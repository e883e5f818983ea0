package dev.marque;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Polls for conditions that are not signaled. */
public final class Eventually {

  private static final Duration TIMEOUT = Duration.ofMinutes(1);
  private static final Duration PAUSE = Duration.ofMillis(1);

  private Eventually() {}

  /**
   * Waits until a condition holds.
   *
   * @param what description of the condition, for example "the memory is released"
   * @throws AssertionError if it does not hold within a minute
   */
  public static void holds(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TIMEOUT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("timed out waiting until " + what);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }
}
