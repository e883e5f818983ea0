package dev.marque.training;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Lets the JVM exit only between training steps. During an exit in a backward pass, PyTorch's own
 * threads still run while its memory is released, and the process usually crashes.
 */
final class ExitBetweenSteps implements AutoCloseable {

  private final ReentrantLock running = new ReentrantLock();

  /** Waits for the running step. Since it never unlocks, no other step starts. */
  private final Thread hook = new Thread(running::lock, "exit-between-steps");

  ExitBetweenSteps() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Runs a step; never returns if the JVM is exiting. */
  <T> T run(Supplier<T> step) {
    running.lock();
    try {
      return step.get();
    } finally {
      running.unlock();
    }
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is exiting, and the hook does no harm.
    }
  }
}
