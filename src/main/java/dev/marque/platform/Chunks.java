package dev.marque.platform;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Processes work in chunks, one after the other, without a limit on their number. With a recursive
 * chain of futures, all of them would complete at the end, nested, and overflow the stack.
 */
public final class Chunks {

  private final Supplier<Future<Boolean>> chunk;
  private final Promise<Void> end = Promise.promise();

  private Chunks(Supplier<Future<Boolean>> chunk) {
    this.chunk = chunk;
  }

  /**
   * Processes chunks until one is not full; completes with the total number of items.
   *
   * @param size number of items in a full chunk
   * @param chunk processes the next chunk and completes with its number of items
   */
  public static Future<Integer> process(int size, Supplier<Future<Integer>> chunk) {
    AtomicInteger total = new AtomicInteger();
    return whileTrue(
            () ->
                chunk
                    .get()
                    .map(
                        done -> {
                          total.addAndGet(done);
                          return done >= size;
                        }))
        .map(end -> total.get());
  }

  /**
   * Processes chunks, each starting at the cursor that the previous one returned, until one returns
   * no cursor.
   *
   * @param chunk processes the chunk at a cursor, which is empty for the first chunk, and completes
   *     with the cursor of the next one, or empty after the last
   */
  public static <T> Future<Void> processFrom(Function<Optional<T>, Future<Optional<T>>> chunk) {
    AtomicReference<Optional<T>> cursor = new AtomicReference<>(Optional.empty());
    return whileTrue(
        () ->
            chunk
                .apply(cursor.get())
                .map(
                    next -> {
                      cursor.set(next);
                      return next.isPresent();
                    }));
  }

  private static Future<Void> whileTrue(Supplier<Future<Boolean>> chunk) {
    Chunks chunks = new Chunks(chunk);
    chunks.next();
    return chunks.end.future();
  }

  private void next() {
    Future<Boolean> more;
    do {
      try {
        more = chunk.get();
      } catch (RuntimeException e) {
        end.fail(e);
        return;
      }
    } while (more.succeeded() && more.result());
    more.onSuccess(this::nextIf).onFailure(end::fail);
  }

  private void nextIf(boolean more) {
    if (more) {
      next();
    } else {
      end.complete();
    }
  }
}
