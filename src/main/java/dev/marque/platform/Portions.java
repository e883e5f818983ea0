package dev.marque.platform;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Work in portions, one after the other, however many there are. Futures that each wait for the
 * next one's would all complete at the end, inside one another, and overflow the stack.
 */
public final class Portions {

  private final Supplier<Future<Boolean>> portion;
  private final Promise<Void> end = Promise.promise();

  private Portions(Supplier<Future<Boolean>> portion) {
    this.portion = portion;
  }

  /**
   * Does portions until one is not full; the number of all things done.
   *
   * @param full how many things a portion has while there are more
   * @param portion does the next one; the number of things done
   */
  public static Future<Integer> count(int full, Supplier<Future<Integer>> portion) {
    AtomicInteger all = new AtomicInteger();
    return whileTrue(
            () ->
                portion
                    .get()
                    .map(
                        done -> {
                          all.addAndGet(done);
                          return done >= full;
                        }))
        .map(end -> all.get());
  }

  /**
   * Does portions until one is the last.
   *
   * @param portion does the one that begins after a place, empty for the first; where the next one
   *     begins, empty if there is none
   */
  public static <T> Future<Void> follow(Function<Optional<T>, Future<Optional<T>>> portion) {
    AtomicReference<Optional<T>> place = new AtomicReference<>(Optional.empty());
    return whileTrue(
        () ->
            portion
                .apply(place.get())
                .map(
                    next -> {
                      place.set(next);
                      return next.isPresent();
                    }));
  }

  private static Future<Void> whileTrue(Supplier<Future<Boolean>> portion) {
    Portions portions = new Portions(portion);
    portions.next();
    return portions.end.future();
  }

  private void next() {
    Future<Boolean> more;
    do {
      try {
        more = portion.get();
      } catch (RuntimeException e) {
        end.fail(e);
        return;
      }
    } while (more.succeeded() && more.result());
    more.onSuccess(this::goOn).onFailure(end::fail);
  }

  private void goOn(boolean more) {
    if (more) {
      next();
    } else {
      end.complete();
    }
  }
}
