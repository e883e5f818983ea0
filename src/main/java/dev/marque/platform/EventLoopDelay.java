package dev.marque.platform;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Measures how late event loops run: everything that they serve is delayed by as much. */
public final class EventLoopDelay {

  private static final Duration INTERVAL = Duration.ofMillis(500);

  private final Timer delay;

  public EventLoopDelay(MeterRegistry metrics) {
    delay =
        Timer.builder("marque.event.loop.delay")
            .description("How late an event loop ran a timer, measured twice a second")
            .register(metrics);
  }

  /** Measures the current event loop until the calling verticle is undeployed. */
  public void watch(Vertx vertx) {
    AtomicLong due = new AtomicLong(System.nanoTime());
    vertx.setPeriodic(
        INTERVAL.toMillis(),
        timer -> {
          long late = System.nanoTime() - due.addAndGet(INTERVAL.toNanos());
          delay.record(Math.max(0, late), TimeUnit.NANOSECONDS);
        });
  }
}
