package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.Eventually;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SignInTurnsTest {

  private static final Duration LONG = Duration.ofMinutes(5);

  private static Vertx vertx;

  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final SignInTurns turns = new SignInTurns(vertx, meters, LONG, 2);

  /** The started attempts, in this order; completing a promise ends its attempt. */
  private final List<Promise<String>> started = new ArrayList<>();

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void close() {
    vertx.close().await();
  }

  private Future<String> attempt(SignInTurns turns, String key) {
    return turns.inTurn(
        key,
        () -> {
          Promise<String> mine = Promise.promise();
          synchronized (started) {
            started.add(mine);
          }
          return mine.future();
        });
  }

  private void awaitStarted(int attempts) {
    Eventually.holds(attempts + " attempts have started", () -> started() >= attempts);
  }

  private int started() {
    synchronized (started) {
      return started.size();
    }
  }

  @Test
  void the_next_attempt_starts_when_the_previous_one_succeeds_or_fails() {
    Future<String> first = attempt(turns, "ada");
    Future<String> second = attempt(turns, "ada");
    Future<String> third = attempt(turns, "ada");
    assertEquals(1, started());
    started.get(0).complete("in");
    assertEquals("in", first.await());
    awaitStarted(2);
    started.get(1).fail("no database");
    assertThrows(Exception.class, second::await);
    awaitStarted(3);
    assertFalse(third.isComplete());
    started.get(2).complete("in too");
    assertEquals("in too", third.await());
    attempt(turns, "ada");
    assertEquals(4, started(), "a later attempt waits for none");
  }

  @Test
  void attempts_with_another_key_do_not_wait() {
    attempt(turns, "ada");
    attempt(turns, "grace");
    assertEquals(2, started());
  }

  @Test
  void an_attempt_that_throws_passes_its_turn_on() {
    assertTrue(
        turns
            .inTurn(
                "ada",
                () -> {
                  throw new IllegalStateException("broken");
                })
            .failed());
    attempt(turns, "ada");
    assertEquals(1, started());
  }

  @Test
  void an_attempt_that_finds_the_queue_full_runs_at_once() {
    for (int i = 0; i < 4; i++) {
      attempt(turns, "ada");
    }
    assertEquals(2, started(), "the first, and the one that found the queue full");
    assertEquals(1, meters.counter("marque.signin.out.of.turn").count());
    assertEquals(2, waiting());
    started.get(0).complete("in");
    awaitStarted(3);
    started.get(2).complete("in");
    awaitStarted(4);
    assertEquals(0, waiting());
  }

  private double waiting() {
    return meters.get("marque.signin.waiting").gauge().value();
  }

  @Test
  void an_attempt_that_waited_too_long_runs_and_the_turn_passes_to_the_next() {
    SignInTurns hasty = new SignInTurns(vertx, meters, Duration.ofMillis(50), 2);
    attempt(hasty, "ada");
    attempt(hasty, "ada");
    awaitStarted(2);
    assertEquals(1, meters.counter("marque.signin.out.of.turn").count());
    started.get(0).complete("in");
    attempt(hasty, "ada");
    assertEquals(3, started());
  }
}
