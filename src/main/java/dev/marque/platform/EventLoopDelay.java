package dev.marque.platform;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Tells how late event loops come to what is due: everything that they serve is as late. */
public final class EventLoopDelay {

  private static final Duration EVERY = Duration.ofMillis(500);

  private final Timer delay;

  public EventLoopDelay(MeterRegistry metrics) {
    delay =
        Timer.builder("marque.event.loop.delay")
            .description("How late an event loop came to what was due, looked at twice a second")
            .register(metrics);
  }

  /** Looks at the event loop at hand, for as long as the verticle that asks is deployed. */
  public void watch(Vertx vertx) {
    AtomicLong due = new AtomicLong(System.nanoTime());
    vertx.setPeriodic(
        EVERY.toMillis(),
        timer -> {
          long late = System.nanoTime() - due.addAndGet(EVERY.toNanos());
          delay.record(Math.max(0, late), TimeUnit.NANOSECONDS);
        });
  }
}
