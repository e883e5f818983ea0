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
 * of the connection or from the previous answer, which also bounds the rest of a discarded body. A
 * small body has the same timeout again ({@link #awaitBody}). While bytes of an answer are pending,
 * some must be sent within the timeout. The time to produce or to read a complete answer is bounded
 * only where it holds a shared resource ({@link LineStream}). One instance per server instance,
 * used on its event loop.
 */
public final class SlowClients {

  /** Number of checks of a connection per timeout. */
  private static final int CHECKS_PER_TIMEOUT = 10;

  /** What is known of an open connection. */
  private static final class Watched {

    /** Watches the channel, because Vert.x counts bytes when they are queued, not when sent. */
    private final Outflow outflow;

    /**
     * The latest request: with pipelining, the next request may already be in progress when the
     * previous one ends. {@code null} while the connection waits for a request.
     */
    private @Nullable RoutingContext latest;

    /** Since when the connection waits for a request, if it does, in nanoseconds. */
    private long waitingSince;

    Watched(Outflow outflow, long now) {
      this.outflow = outflow;
      this.waitingSince = now;
    }
  }

  private final Vertx vertx;
  private final Duration timeout;
  private final Map<HttpConnection, Watched> connections = new HashMap<>();

  public SlowClients(Vertx vertx, Duration timeout) {
    this.vertx = vertx;
    this.timeout = timeout;
  }

  /** For {@code HttpServer.connectionHandler}. */
  public void connected(HttpConnection connection) {
    long now = System.nanoTime();
    Watched watched = new Watched(new Outflow(connection, timeout, now), now);
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
    } else if (watched.latest == null && now - watched.waitingSince >= timeout.toNanos()) {
      connection.close();
    }
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
