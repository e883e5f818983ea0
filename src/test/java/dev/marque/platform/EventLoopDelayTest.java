package dev.marque.platform;

import dev.marque.Eventually;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EventLoopDelayTest {

  private static final double BLOCKED_MILLIS = 800;

  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

  /** Blocks the event loop. */
  private static void block() {
    try {
      TimeUnit.MILLISECONDS.sleep((long) BLOCKED_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void the_delay_of_a_blocked_event_loop_is_recorded() throws InterruptedException {
    Vertx vertx = Vertx.vertx();
    try {
      EventLoopDelay delay = new EventLoopDelay(metrics);
      Context loop = vertx.getOrCreateContext();
      loop.runOnContext(
          now -> {
            delay.watch(vertx);
            block();
          });
      Timer recorded = metrics.get("marque.event.loop.delay").timer();
      // The first measurement was due after half a second.
      Eventually.holds(
          "the delay was recorded",
          () -> recorded.max(TimeUnit.MILLISECONDS) > BLOCKED_MILLIS - 600);
    } finally {
      vertx.close().await();
    }
  }
}
