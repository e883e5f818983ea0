package dev.marque.platform;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.context.storage.ContextLocal;
import org.jspecify.annotations.Nullable;

/**
 * Which request the code at hand works for, so that its log events can say so without every method
 * being told.
 *
 * <p>Vert.x gives each request and each message a context of its own, on which everything that is
 * composed for it goes on; the id lies there. A thread that is not of Vert.x has none: there an
 * event names its request itself, by {@link #LOGGED_AS}.
 */
public final class RequestContext implements VertxServiceProvider {

  /** The name of the id among the fields of a log event, as in problem documents. */
  public static final String LOGGED_AS = "request_id";

  /** Timers that a request sets still work for it. */
  private static final ContextLocal<String> ID = ContextLocal.registerLocal(String.class, id -> id);

  /** For Vert.x, which has to know what contexts hold before it makes the first one. */
  public RequestContext() {}

  @Override
  public void init(VertxBootstrap bootstrap) {
    // Loading this class has registered the id.
  }

  /** From here on, the context at hand works for this request. */
  public static void enter(String requestId) {
    Context context = Vertx.currentContext();
    if (context != null) {
      ID.put(context, requestId);
    }
  }

  /** The request that the context at hand works for, or null. */
  public static @Nullable String requestId() {
    Context context = Vertx.currentContext();
    return context == null ? null : ID.get(context);
  }
}
