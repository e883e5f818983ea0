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
  void the_allowance_of_a_minute_can_be_used_in_a_burst() {
    takeAll();
    Failure.TooManyRequests refused =
        assertThrows(Failure.TooManyRequests.class, () -> limits.take(account));
    assertEquals(Duration.ofSeconds(20), refused.retryAfter().orElseThrow());
  }

  @Test
  void accounts_have_separate_allowances() {
    takeAll();
    assertDoesNotThrow(() -> limits.take(UUID.randomUUID()));
  }

  @Test
  void a_request_after_the_retry_delay_succeeds() {
    takeAll();
    now.addAndGet(TimeUnit.SECONDS.toNanos(20));
    assertDoesNotThrow(() -> limits.take(account));
    assertThrows(Failure.TooManyRequests.class, () -> limits.take(account));
  }

  @Test
  void an_allowance_never_exceeds_that_of_a_minute() {
    takeAll();
    now.addAndGet(TimeUnit.DAYS.toNanos(1));
    takeAll();
    assertThrows(Failure.TooManyRequests.class, () -> limits.take(account));
  }

  @Test
  void a_refunded_prediction_can_be_taken_again() {
    takeAll();
    limits.refund(account);
    assertDoesNotThrow(() -> limits.take(account));
  }

  @Test
  void a_clock_that_goes_back_does_not_refill_the_allowance() {
    takeAll();
    now.addAndGet(-TimeUnit.MINUTES.toNanos(5));
    assertThrows(Failure.TooManyRequests.class, () -> limits.take(account));
  }

  @Test
  void a_check_takes_nothing_and_reports_the_retry_delay() {
    for (int i = 0; i < 5; i++) {
      assertTrue(limits.check(account).succeeded());
    }
    takeAll();
    Failure.TooManyRequests refused =
        assertInstanceOf(Failure.TooManyRequests.class, limits.check(account).cause());
    assertEquals(Duration.ofSeconds(20), refused.retryAfter().orElseThrow());
  }

  private void takeAll() {
    for (int i = 0; i < 3; i++) {
      limits.take(account);
    }
  }
}
