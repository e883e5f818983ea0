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
class ChunksTest {

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

  /** Returns many full chunks of two items, then one of a single item. */
  private static Supplier<Future<Integer>> chunks(boolean later) {
    AtomicInteger left = new AtomicInteger(MANY);
    return () -> {
      int items = left.getAndDecrement() > 0 ? 2 : 1;
      return later ? later(items) : Future.succeededFuture(items);
    };
  }

  @Test
  void the_items_of_any_number_of_chunks_are_counted() {
    assertEquals(2 * MANY + 1, Chunks.process(2, chunks(true)).await());
    assertEquals(2 * MANY + 1, Chunks.process(2, chunks(false)).await(), "completed synchronously");
  }

  @Test
  void each_chunk_starts_at_the_cursor_of_the_previous_one() {
    List<Integer> starts = new ArrayList<>();
    Chunks.<Integer>processFrom(
            cursor -> {
              starts.add(cursor.orElse(0));
              int next = cursor.orElse(0) + 1;
              return later(next < MANY ? Optional.of(next) : Optional.empty());
            })
        .await();
    assertEquals(IntStream.range(0, MANY).boxed().toList(), starts);
  }

  @Test
  void no_chunk_is_processed_after_a_failure() {
    IllegalStateException problem = new IllegalStateException("lost");
    Supplier<Future<Integer>> good = chunks(true);
    AtomicInteger tries = new AtomicInteger();
    Future<Integer> failed =
        Chunks.process(
            2,
            () -> tries.incrementAndGet() < 3 ? good.get() : Future.<Integer>failedFuture(problem));
    assertSame(problem, assertThrows(IllegalStateException.class, failed::await));
    Future<Integer> thrown =
        Chunks.process(
            2,
            () -> {
              throw problem;
            });
    assertSame(problem, thrown.cause());
    assertEquals(3, tries.get());
  }
}
