package dev.marque.web;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Disconnects clients that send their requests byte by byte (Slowloris), and clients that stop
 * reading the answer. An idle timeout handles neither case: it restarts with every byte received,
 * so one header byte per second holds a connection for hours; and while a client reads one large
 * buffer of an answer, the connection counts as idle.
 *
 * <p>The head of a request must arrive within the timeout, counted from the start of the connection
 * or from the previous answer, which also bounds the rest of a discarded body. A small body has the
 * same timeout again ({@link #awaitBody}). While bytes of an answer are pending, some must be sent
 * within the timeout. The time to produce or to read a complete answer is bounded only where it
 * holds a shared resource ({@link LineStream}). One instance per server instance, used on its event
 * loop.
 */
public final class SlowClients {

  /** Number of checks of a connection per timeout. */
  private static final int CHECKS_PER_TIMEOUT = 10;

  private final Vertx vertx;
  private final Duration timeout;

  /** The timers of connections that are waiting for a request. */
  private final Map<HttpConnection, Long> timers = new HashMap<>();

  /**
   * The latest request of each connection: with pipelining, the next request may already be in
   * progress when the previous one ends.
   */
  private final Map<HttpConnection, RoutingContext> latest = new HashMap<>();

  public SlowClients(Vertx vertx, Duration timeout) {
    this.vertx = vertx;
    this.timeout = timeout;
  }

  /** For {@code HttpServer.connectionHandler}. */
  public void connected(HttpConnection connection) {
    long outflowTimer = watchOutflow(connection);
    connection.closeHandler(
        gone -> {
          stop(connection);
          latest.remove(connection);
          vertx.cancelTimer(outflowTimer);
        });
    await(connection);
  }

  /** Watches the channel, because Vert.x counts bytes when they are queued, not when sent. */
  private long watchOutflow(HttpConnection connection) {
    Outflow outflow = new Outflow(connection, timeout, System.nanoTime());
    return vertx.setPeriodic(
        Math.max(1, timeout.toMillis() / CHECKS_PER_TIMEOUT),
        tick -> {
          if (outflow.isStuck(System.nanoTime())) {
            Outflow.closeNow(connection);
          }
        });
  }

  /** Observes every request. Must be mounted before all other handlers. */
  public void mount(Router router) {
    router.route().handler(this::arrived);
  }

  private void arrived(RoutingContext ctx) {
    HttpConnection connection = ctx.request().connection();
    stop(connection);
    latest.put(connection, ctx);
    ctx.addEndHandler(
        end -> {
          if (end.succeeded() && latest.remove(connection, ctx)) {
            await(connection);
          }
        });
    ctx.next();
  }

  private void await(HttpConnection connection) {
    stop(connection);
    timers.put(
        connection,
        vertx.setTimer(
            timeout.toMillis(),
            late -> {
              timers.remove(connection);
              connection.close();
            }));
  }

  private void stop(HttpConnection connection) {
    Long timer = timers.remove(connection);
    if (timer != null) {
      vertx.cancelTimer(timer);
    }
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
