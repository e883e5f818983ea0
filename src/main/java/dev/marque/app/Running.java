package dev.marque.app;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was started and has to be stopped, the last started first. What fails to stop is logged and
 * does not keep the rest running.
 */
final class Running implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Running.class);

  private final Deque<AutoCloseable> started = new ArrayDeque<>();

  /** Closes it at the end; answers it, for use until then. */
  <T extends AutoCloseable> T add(T resource) {
    started.push(resource);
    return resource;
  }

  /** Stops everything that runs by now. May be called more than once. */
  @Override
  public void close() {
    while (!started.isEmpty()) {
      try {
        started.pop().close();
      } catch (Exception e) {
        LOG.warn("Not everything stopped as it should: {}", e.toString(), e);
      }
    }
  }
}
