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
 * One log event for each finished request, or for each that failed: its method, path, status,
 * milliseconds, bytes of the answer, the client's address and the account. Never its query, which
 * has what people search for, nor cookies. To be mounted before {@link Arrival}, so that what is
 * refused there is seen as well.
 */
public final class RequestLog implements Handler<RoutingContext> {

  /** As web servers call it: the client left before its answer had gone out. */
  static final int CLIENT_LEFT = 499;

  private static final Logger LOG = LoggerFactory.getLogger(RequestLog.class);
  private static final String BEGIN = RequestLog.class.getName();
  private static final int LEAST_FAILURE = 400;

  private final boolean failuresOnly;
  private final Function<RoutingContext, @Nullable String> account;

  /**
   * @param failuresOnly whether requests that succeeded are left out
   * @param account the id of the account whose request it is, or null
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
    // A request that is routed again passes here again.
    if (ctx.get(BEGIN) == null) {
      ctx.put(BEGIN, System.nanoTime());
    }
    ctx.addEndHandler(end -> finished(ctx));
    ctx.next();
  }

  private void finished(RoutingContext ctx) {
    @Nullable Long begin = ctx.remove(BEGIN);
    HttpServerResponse response = ctx.response();
    int status = response.ended() ? response.getStatusCode() : CLIENT_LEFT;
    if (begin == null || (failuresOnly && status < LEAST_FAILURE)) {
      return;
    }
    LoggingEventBuilder event =
        LOG.atInfo()
            .addKeyValue("method", Arrival.methodAsSent(ctx))
            .addKeyValue("path", ctx.request().path())
            .addKeyValue("status", status)
            .addKeyValue("ms", (System.nanoTime() - begin) / 1_000_000)
            .addKeyValue("bytes", response.bytesWritten())
            .addKeyValue("client", Arrival.clientAddress(ctx));
    @Nullable String id = account.apply(ctx);
    if (id != null) {
      event = event.addKeyValue("account", id);
    }
    event.log("answered");
  }
}
