package dev.marque.account;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets tries to sign in with the same name from the same address take turns on this node. A try
 * counts as failed until it succeeds ({@link SignInLimits}), so without turns a right password
 * would be refused because others with the right password are still being verified: scripts that
 * all begin at the full hour. In turns only failures refuse.
 *
 * <p>Turns are a courtesy and bound nothing: when too many wait already, or one has waited too
 * long, it is tried at once, and counted as ever. Safe on every thread.
 */
final class SignInTurns {

  /** One hash takes some hundredths of a second. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int MOST_WAITING = 32;

  private final Vertx vertx;
  private final Duration patience;
  private final int mostWaiting;

  /** Who waits for a turn of each kind; a kind is in here while somebody has the turn. */
  private final Map<String, Queue<Promise<Boolean>>> waiting = new HashMap<>();

  SignInTurns(Vertx vertx) {
    this(vertx, PATIENCE, MOST_WAITING);
  }

  /**
   * @param patience how long somebody waits for a turn
   * @param mostWaiting how many wait for turns of one kind
   */
  SignInTurns(Vertx vertx, Duration patience, int mostWaiting) {
    this.vertx = vertx;
    this.patience = patience;
    this.mostWaiting = mostWaiting;
  }

  /**
   * Runs a try when those of its kind that came before it are over.
   *
   * @return what the try comes to, on the caller's context
   */
  <T> Future<T> inTurn(String kind, Supplier<Future<T>> tried) {
    return turn(kind).compose(mine -> mine ? withTurn(kind, tried) : tried.get());
  }

  private <T> Future<T> withTurn(String kind, Supplier<Future<T>> tried) {
    return Future.succeededFuture().compose(begun -> tried.get()).onComplete(over -> passOn(kind));
  }

  /** Whether it is this one's turn; false where it goes on without. */
  private Future<Boolean> turn(String kind) {
    Promise<Boolean> turn = Promise.promise();
    synchronized (waiting) {
      Queue<Promise<Boolean>> others = waiting.get(kind);
      if (others == null) {
        waiting.put(kind, new ArrayDeque<>());
        return Future.succeededFuture(true);
      }
      if (others.size() >= mostWaiting) {
        return Future.succeededFuture(false);
      }
      others.add(turn);
    }
    return onThisContext(turn);
  }

  private Future<Boolean> onThisContext(Promise<Boolean> turn) {
    Context context = vertx.getOrCreateContext();
    long timer = vertx.setTimer(patience.toMillis(), late -> turn.tryComplete(false));
    Promise<Boolean> here = Promise.promise();
    turn.future()
        .onSuccess(
            mine ->
                context.runOnContext(
                    now -> {
                      vertx.cancelTimer(timer);
                      here.complete(mine);
                    }));
    return here.future();
  }

  private void passOn(String kind) {
    Promise<Boolean> next;
    do {
      next = next(kind);
    } while (next != null && !next.tryComplete(true));
  }

  private @Nullable Promise<Boolean> next(String kind) {
    synchronized (waiting) {
      Queue<Promise<Boolean>> others = waiting.get(kind);
      Promise<Boolean> next = others == null ? null : others.poll();
      if (next == null) {
        waiting.remove(kind);
      }
      return next;
    }
  }
}
