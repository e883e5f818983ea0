package dev.marque.account;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs sign-in attempts with the same key (user name and network address) one at a time on this
 * node. An attempt counts as failed until it succeeds ({@link SignInLimits}), so concurrent
 * attempts with a correct password, for example of scripts that all start on the hour, could exceed
 * the limit and be rejected. With turns, only actual failures count.
 *
 * <p>Turns are best effort: an attempt that finds too many waiting, or has waited too long, runs at
 * once and is counted as usual. Thread-safe.
 */
final class SignInTurns {

  /** One hash takes tens of milliseconds. */
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private static final int MAX_WAITING = 32;

  private final Vertx vertx;
  private final Duration timeout;
  private final int maxWaiting;
  private final AtomicInteger allWaiting = new AtomicInteger();
  private final Counter outOfTurn;

  /**
   * The attempts waiting for their turn, by key; a key is present while one of its attempts runs.
   */
  private final Map<String, Queue<Promise<Boolean>>> waiting = new HashMap<>();

  SignInTurns(Vertx vertx, MeterRegistry meters) {
    this(vertx, meters, TIMEOUT, MAX_WAITING);
  }

  /**
   * @param timeout how long an attempt waits for its turn
   * @param maxWaiting how many attempts with the same key may wait
   */
  SignInTurns(Vertx vertx, MeterRegistry meters, Duration timeout, int maxWaiting) {
    this.vertx = vertx;
    this.timeout = timeout;
    this.maxWaiting = maxWaiting;
    this.outOfTurn = meters.counter("marque.signin.out.of.turn");
    Gauge.builder("marque.signin.waiting", allWaiting, AtomicInteger::get).register(meters);
  }

  /**
   * Runs an attempt after all earlier ones with the same key.
   *
   * @return the attempt's result, on the caller's context
   */
  <T> Future<T> inTurn(String key, Supplier<Future<T>> attempt) {
    return turn(key).compose(mine -> mine ? withTurn(key, attempt) : withoutTurn(attempt));
  }

  private <T> Future<T> withoutTurn(Supplier<Future<T>> attempt) {
    outOfTurn.increment();
    return attempt.get();
  }

  private <T> Future<T> withTurn(String key, Supplier<Future<T>> attempt) {
    return Future.succeededFuture().compose(go -> attempt.get()).onComplete(done -> passOn(key));
  }

  /** Completes with true when the turn comes, with false if the attempt runs without one. */
  private Future<Boolean> turn(String key) {
    Promise<Boolean> turn = Promise.promise();
    synchronized (waiting) {
      Queue<Promise<Boolean>> others = waiting.get(key);
      if (others == null) {
        waiting.put(key, new ArrayDeque<>());
        return Future.succeededFuture(true);
      }
      if (others.size() >= maxWaiting) {
        return Future.succeededFuture(false);
      }
      others.add(turn);
    }
    return onThisContext(turn);
  }

  private Future<Boolean> onThisContext(Promise<Boolean> turn) {
    allWaiting.incrementAndGet();
    Context context = vertx.getOrCreateContext();
    long timer = vertx.setTimer(timeout.toMillis(), late -> turn.tryComplete(false));
    Promise<Boolean> here = Promise.promise();
    turn.future()
        .onSuccess(
            mine ->
                context.runOnContext(
                    now -> {
                      vertx.cancelTimer(timer);
                      allWaiting.decrementAndGet();
                      here.complete(mine);
                    }));
    return here.future();
  }

  private void passOn(String key) {
    Promise<Boolean> next;
    do {
      next = next(key);
    } while (next != null && !next.tryComplete(true));
  }

  private @Nullable Promise<Boolean> next(String key) {
    synchronized (waiting) {
      Queue<Promise<Boolean>> others = waiting.get(key);
      Promise<Boolean> next = others == null ? null : others.poll();
      if (next == null) {
        waiting.remove(key);
      }
      return next;
    }
  }
}
