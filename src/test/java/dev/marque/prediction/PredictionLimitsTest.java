package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.web.Failure;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PredictionLimitsTest {

  private final AtomicLong now = new AtomicLong(42);
  private final PredictionLimits limits = new PredictionLimits(3, now::get);
  private final UUID account = UUID.randomUUID();

  @Test
  void a_minutes_worth_may_come_at_once_and_then_no_more() {
    takeAll();
    Failure.TooManyRequests refused =
        assertThrows(Failure.TooManyRequests.class, () -> limits.take(account));
    assertEquals(Duration.ofSeconds(20), refused.retryAfter().orElseThrow());
  }

  @Test
  void one_account_does_not_use_up_anothers() {
    takeAll();
    assertDoesNotThrow(() -> limits.take(UUID.randomUUID()));
  }

  @Test
  void who_waits_as_told_is_served() {
    takeAll();
    now.addAndGet(TimeUnit.SECONDS.toNanos(20));
    assertDoesNotThrow(() -> limits.take(account));
    assertThrows(Failure.TooManyRequests.class, () -> limits.take(account));
  }

  @Test
  void an_allowance_never_grows_beyond_a_minutes_worth() {
    takeAll();
    now.addAndGet(TimeUnit.DAYS.toNanos(1));
    takeAll();
    assertThrows(Failure.TooManyRequests.class, () -> limits.take(account));
  }

  @Test
  void what_the_server_refused_to_do_costs_nothing() {
    takeAll();
    limits.giveBack(account);
    assertDoesNotThrow(() -> limits.take(account));
  }

  @Test
  void a_clock_that_stands_still_or_goes_back_gives_nothing_away() {
    takeAll();
    now.addAndGet(-TimeUnit.MINUTES.toNanos(5));
    assertThrows(Failure.TooManyRequests.class, () -> limits.take(account));
  }

  @Test
  void a_look_takes_nothing_and_says_how_long_to_wait() {
    for (int i = 0; i < 5; i++) {
      assertTrue(limits.look(account).succeeded());
    }
    takeAll();
    Failure.TooManyRequests refused =
        assertInstanceOf(Failure.TooManyRequests.class, limits.look(account).cause());
    assertEquals(Duration.ofSeconds(20), refused.retryAfter().orElseThrow());
  }

  private void takeAll() {
    for (int i = 0; i < 3; i++) {
      limits.take(account);
    }
  }
}
