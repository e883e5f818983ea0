package dev.marque.web;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Disconnects clients that send their requests byte by byte (Slowloris), and clients that stop
 * reading the answer. An idle timeout handles neither case: it restarts with every byte received,
 * so one header byte per second holds a connection for hours; and while a client reads one large
 * buffer of an answer, the connection counts as idle.
 *
 * <p>The head of a request must arrive within the timeout, or a tenth more, counted from the start
 * of the connection or, for a later request, from its first byte. The rest of a discarded body has
 * the same timeout after the answer, and so has a small body after the head ({@link #awaitBody}). A
 * connection on which nothing arrives between two requests is kept for longer. While bytes of an
 * answer are pending, some must be sent within the timeout. The time to produce or to read a
 * complete answer is bounded only where it holds a shared resource ({@link LineStream}). One
 * instance per server instance, used on its event loop.
 */
public final class SlowClients {

  /** Number of checks of a connection per timeout. */
  private static final int CHECKS_PER_TIMEOUT = 10;

  /** What is known of an open connection. */
  private static final class Watched {

    /** Watches the channel, because Vert.x counts bytes when they are queued, not when sent. */
    private final Outflow outflow;

    private final Inflow inflow;

    /**
     * The latest request: with pipelining, the next request may already be in progress when the
     * previous one ends. {@code null} while the connection waits for a request.
     */
    private @Nullable RoutingContext latest;

    /** Since when the connection waits for a request, if it does, in nanoseconds. */
    private long waitingSince;

    /** Whether a request has been answered. */
    private boolean answered;

    Watched(Outflow outflow, Inflow inflow, long now) {
      this.outflow = outflow;
      this.inflow = inflow;
      this.waitingSince = now;
    }
  }

  private final Vertx vertx;
  private final Duration timeout;
  private final Duration keepAlive;
  private final Map<HttpConnection, Watched> connections = new HashMap<>();

  /**
   * @param timeout for a request to arrive, and for an answer to make progress
   * @param keepAlive how long a connection may be idle between two requests
   */
  public SlowClients(Vertx vertx, Duration timeout, Duration keepAlive) {
    this.vertx = vertx;
    this.timeout = timeout;
    this.keepAlive = keepAlive;
  }

  /** For {@code HttpServer.connectionHandler}. */
  public void connected(HttpConnection connection) {
    long now = System.nanoTime();
    Watched watched =
        new Watched(new Outflow(connection, timeout, now), new Inflow(connection), now);
    connections.put(connection, watched);
    // One timer per connection, because setting and cancelling one per request costs more.
    long timer =
        vertx.setPeriodic(
            Math.max(1, timeout.toMillis() / CHECKS_PER_TIMEOUT),
            tick -> check(connection, watched, System.nanoTime()));
    connection.closeHandler(
        gone -> {
          connections.remove(connection);
          vertx.cancelTimer(timer);
        });
  }

  private void check(HttpConnection connection, Watched watched, long now) {
    if (watched.outflow.isStuck(now)) {
      Outflow.closeNow(connection);
    } else if (watched.latest == null && hasWaitedTooLong(watched, now)) {
      connection.close();
    }
  }

  private boolean hasWaitedTooLong(Watched watched, long now) {
    long waited = now - watched.waitingSince;
    if (watched.inflow.isIncomplete()) {
      return Math.min(waited, now - watched.inflow.since()) >= timeout.toNanos();
    }
    return waited >= (watched.answered ? keepAlive : timeout).toNanos();
  }

  /** Observes every request. Must be mounted before all other handlers. */
  public void mount(Router router) {
    router.route().handler(this::arrived);
  }

  private void arrived(RoutingContext ctx) {
    Watched watched = connections.get(ctx.request().connection());
    if (watched != null) {
      watched.latest = ctx;
      ctx.addEndHandler(
          end -> {
            if (end.succeeded() && watched.latest == ctx) {
              watched.latest = null;
              watched.waitingSince = System.nanoTime();
              watched.answered = true;
            }
          });
    }
    ctx.next();
  }

  /** Closes the connection if the request's body does not arrive within the timeout. */
  static void awaitBody(RoutingContext ctx, Duration timeout) {
    HttpServerRequest request = ctx.request();
    if (request.isEnded()) {
      return;
    }
    long timer =
        ctx.vertx()
            .setTimer(
                timeout.toMillis(),
                late -> {
                  if (!request.isEnded()) {
                    request.connection().close();
                  }
                });
    ctx.addEndHandler(end -> ctx.vertx().cancelTimer(timer));
  }
}
