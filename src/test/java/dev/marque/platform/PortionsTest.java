package dev.marque.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PortionsTest {

  private static final int MANY = 100_000;

  private static Vertx vertx;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void close() {
    vertx.close().await();
  }

  private static <T> Future<T> later(T value) {
    Promise<T> promise = Promise.promise();
    vertx.runOnContext(now -> promise.complete(value));
    return promise.future();
  }

  /** Full portions of two, and at last one of one. */
  private static Supplier<Future<Integer>> portions(boolean later) {
    AtomicInteger left = new AtomicInteger(MANY);
    return () -> {
      int things = left.getAndDecrement() > 0 ? 2 : 1;
      return later ? later(things) : Future.succeededFuture(things);
    };
  }

  @Test
  void any_number_of_portions_is_counted() {
    assertEquals(2 * MANY + 1, Portions.count(2, portions(true)).await());
    assertEquals(2 * MANY + 1, Portions.count(2, portions(false)).await(), "done at once");
  }

  @Test
  void each_portion_begins_where_the_one_before_ended() {
    List<Integer> begins = new ArrayList<>();
    Portions.<Integer>follow(
            place -> {
              begins.add(place.orElse(0));
              int next = place.orElse(0) + 1;
              return later(next < MANY ? Optional.of(next) : Optional.empty());
            })
        .await();
    assertEquals(IntStream.range(0, MANY).boxed().toList(), begins);
  }

  @Test
  void the_first_portion_that_fails_is_the_last() {
    IllegalStateException problem = new IllegalStateException("lost");
    Supplier<Future<Integer>> good = portions(true);
    AtomicInteger tries = new AtomicInteger();
    Future<Integer> failed =
        Portions.count(
            2,
            () -> tries.incrementAndGet() < 3 ? good.get() : Future.<Integer>failedFuture(problem));
    assertSame(problem, assertThrows(IllegalStateException.class, failed::await));
    Future<Integer> thrown =
        Portions.count(
            2,
            () -> {
              throw problem;
            });
    assertSame(problem, thrown.cause());
    assertEquals(3, tries.get());
  }
}
