package dev.marque.web;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Logs one event per request, or per failed request: method, path, status, duration in
 * milliseconds, bytes of the answer, client address and account. Never logs the query, which may
 * contain search terms, or cookies. Must be mounted before {@link Arrival}, so that requests
 * rejected there are logged as well.
 */
public final class RequestLog implements Handler<RoutingContext> {

  /** The status that web servers log if the client disconnected before it was answered. */
  static final int CLIENT_CLOSED_REQUEST = 499;

  private static final Logger LOG = LoggerFactory.getLogger(RequestLog.class);
  private static final String START = RequestLog.class.getName();
  private static final int MIN_ERROR_STATUS = 400;

  private final boolean failuresOnly;
  private final Function<RoutingContext, @Nullable String> account;

  /**
   * @param failuresOnly whether to skip requests that succeeded
   * @param account returns the id of the request's account, or {@code null}
   */
  public RequestLog(boolean failuresOnly, Function<RoutingContext, @Nullable String> account) {
    this.failuresOnly = failuresOnly;
    this.account = account;
  }

  public void mount(Router router) {
    router.route().handler(this);
  }

  @Override
  public void handle(RoutingContext ctx) {
    // A rerouted request passes through here again.
    if (ctx.get(START) == null) {
      ctx.put(START, System.nanoTime());
    }
    ctx.addEndHandler(end -> finished(ctx));
    ctx.next();
  }

  private void finished(RoutingContext ctx) {
    @Nullable Long start = ctx.remove(START);
    HttpServerResponse response = ctx.response();
    int status = response.ended() ? response.getStatusCode() : CLIENT_CLOSED_REQUEST;
    if (start == null || (failuresOnly && status < MIN_ERROR_STATUS)) {
      return;
    }
    LoggingEventBuilder event =
        LOG.atInfo()
            .addKeyValue("method", Arrival.methodAsSent(ctx))
            .addKeyValue("path", ctx.request().path())
            .addKeyValue("status", status)
            .addKeyValue("ms", (System.nanoTime() - start) / 1_000_000)
            .addKeyValue("bytes", response.bytesWritten())
            .addKeyValue("client", Arrival.clientAddress(ctx));
    @Nullable String id = account.apply(ctx);
    if (id != null) {
      event = event.addKeyValue("account", id);
    }
    event.log("answered");
  }
}
