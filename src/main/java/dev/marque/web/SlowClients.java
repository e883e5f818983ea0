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
 * Cuts off clients that send their requests byte by byte, and those that stop reading the answer.
 * An idle limit sees neither as it is: it begins anew with every byte that comes, so a header of a
 * byte a second holds a connection for hours; and a large piece of an answer that is being read all
 * the time is idleness to it.
 *
 * <p>The head of a request has to be there within a bounded time of the connection's beginning or
 * of the answer before; so what is left of a body that nobody wanted is bounded too. A small body
 * has as long again ({@link #awaitBody}). Of an answer some bytes have to go out within that time
 * whenever there are any to send; how long it takes to make it or to read it all is bounded where
 * others wait for that ({@link LineStream}). One for each instance of the server, on its event
 * loop.
 */
public final class SlowClients {

  /** How often within the time of patience a connection is looked at. */
  private static final int LOOKS = 10;

  private final Vertx vertx;
  private final Duration patience;

  /** The timers of connections that owe us a request. */
  private final Map<HttpConnection, Long> timers = new HashMap<>();

  /**
   * The request of each connection that arrived last: a client may send the next one before it has
   * the answer, and that is then under way when this one ends.
   */
  private final Map<HttpConnection, RoutingContext> latest = new HashMap<>();

  public SlowClients(Vertx vertx, Duration patience) {
    this.vertx = vertx;
    this.patience = patience;
  }

  /** For {@code HttpServer.connectionHandler}. */
  public void connected(HttpConnection connection) {
    long looking = watchOutflow(connection);
    connection.closeHandler(
        gone -> {
          stop(connection);
          latest.remove(connection);
          vertx.cancelTimer(looking);
        });
    await(connection);
  }

  /** Vert.x tells of bytes that were given to it, not of those that went out: the channel does. */
  private long watchOutflow(HttpConnection connection) {
    Outflow outflow = new Outflow(connection, patience, System.nanoTime());
    return vertx.setPeriodic(
        Math.max(1, patience.toMillis() / LOOKS),
        look -> {
          if (outflow.isStuck(System.nanoTime())) {
            Outflow.cutOff(connection);
          }
        });
  }

  /** Sees every request; to be mounted before all else. */
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
            patience.toMillis(),
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

  /** Closes the connection of a request whose body does not arrive in time. */
  static void awaitBody(RoutingContext ctx, Duration patience) {
    HttpServerRequest request = ctx.request();
    if (request.isEnded()) {
      return;
    }
    long timer =
        ctx.vertx()
            .setTimer(
                patience.toMillis(),
                late -> {
                  if (!request.isEnded()) {
                    request.connection().close();
                  }
                });
    ctx.addEndHandler(end -> ctx.vertx().cancelTimer(timer));
  }
}
