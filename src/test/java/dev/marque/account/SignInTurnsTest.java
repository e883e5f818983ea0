package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.Eventually;
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

  private final SignInTurns turns = new SignInTurns(vertx, LONG, 2);

  /** Tries that have begun, in this order; each is over when it is completed. */
  private final List<Promise<String>> begun = new ArrayList<>();

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void close() {
    vertx.close().await();
  }

  private Future<String> tryAs(SignInTurns turns, String kind) {
    return turns.inTurn(
        kind,
        () -> {
          Promise<String> mine = Promise.promise();
          synchronized (begun) {
            begun.add(mine);
          }
          return mine.future();
        });
  }

  private void awaitBegun(int tries) {
    Eventually.holds(tries + " tries have begun", () -> begun() >= tries);
  }

  private int begun() {
    synchronized (begun) {
      return begun.size();
    }
  }

  @Test
  void the_next_begins_when_the_one_before_is_over_whatever_came_of_it() {
    Future<String> first = tryAs(turns, "ada");
    Future<String> second = tryAs(turns, "ada");
    Future<String> third = tryAs(turns, "ada");
    assertEquals(1, begun());
    begun.get(0).complete("in");
    assertEquals("in", first.await());
    awaitBegun(2);
    begun.get(1).fail("no database");
    assertThrows(Exception.class, second::await);
    awaitBegun(3);
    assertFalse(third.isComplete());
    begun.get(2).complete("in too");
    assertEquals("in too", third.await());
    tryAs(turns, "ada");
    assertEquals(4, begun(), "and whoever comes later waits for nobody");
  }

  @Test
  void others_do_not_wait() {
    tryAs(turns, "ada");
    tryAs(turns, "grace");
    assertEquals(2, begun());
  }

  @Test
  void a_try_that_breaks_passes_its_turn_on() {
    assertTrue(
        turns
            .inTurn(
                "ada",
                () -> {
                  throw new IllegalStateException("broken");
                })
            .failed());
    tryAs(turns, "ada");
    assertEquals(1, begun());
  }

  @Test
  void beyond_a_queue_that_is_full_nobody_waits() {
    for (int i = 0; i < 4; i++) {
      tryAs(turns, "ada");
    }
    assertEquals(2, begun(), "the first, and the one for whom there was no room to wait");
  }

  @Test
  void nobody_waits_for_long_and_who_went_on_leaves_the_turn_to_the_next() {
    SignInTurns hasty = new SignInTurns(vertx, Duration.ofMillis(50), 2);
    tryAs(hasty, "ada");
    tryAs(hasty, "ada");
    awaitBegun(2);
    begun.get(0).complete("in");
    tryAs(hasty, "ada");
    assertEquals(3, begun());
  }
}
