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

  /** Keeps the event loop from all else, as code that does not belong there would. */
  private static void block() {
    try {
      TimeUnit.MILLISECONDS.sleep((long) BLOCKED_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void an_event_loop_that_is_held_up_is_late_by_as_much() throws InterruptedException {
    Vertx vertx = Vertx.vertx();
    try {
      EventLoopDelay delay = new EventLoopDelay(metrics);
      Context loop = vertx.getOrCreateContext();
      loop.runOnContext(
          now -> {
            delay.watch(vertx);
            block();
          });
      Timer seen = metrics.get("marque.event.loop.delay").timer();
      // The first look was due after half a second.
      Eventually.holds(
          "the delay was noted", () -> seen.max(TimeUnit.MILLISECONDS) > BLOCKED_MILLIS - 600);
    } finally {
      vertx.close().await();
    }
  }
}
