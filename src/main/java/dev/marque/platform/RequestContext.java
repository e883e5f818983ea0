package dev.marque.platform;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxBootstrap;
import io.vertx.core.spi.VertxServiceProvider;
import io.vertx.core.spi.context.storage.ContextLocal;
import org.jspecify.annotations.Nullable;

/**
 * The id of the current request, so that log events can include it without every method taking it
 * as a parameter.
 *
 * <p>The id is stored in the context that Vert.x creates for each request and each message and on
 * which all its continuations run. Other threads have no context; log events there must add the
 * field {@link #LOGGED_AS} themselves.
 */
public final class RequestContext implements VertxServiceProvider {

  /** The name of the id in log events, the same as in problem documents. */
  public static final String LOGGED_AS = "request_id";

  /**
   * The duplicator copies the id to contexts duplicated from that of a request, for example for
   * timers.
   */
  private static final ContextLocal<String> ID = ContextLocal.registerLocal(String.class, id -> id);

  /** Called by Vert.x, which needs all context locals registered before it creates a context. */
  public RequestContext() {}

  @Override
  public void init(VertxBootstrap bootstrap) {
    // Loading this class has already registered the id.
  }

  /** Sets the id of the request that the current context works for from now on. */
  public static void enter(String requestId) {
    Context context = Vertx.currentContext();
    if (context != null) {
      ID.put(context, requestId);
    }
  }

  /** Returns the id of the current context's request, or {@code null} if there is none. */
  public static @Nullable String requestId() {
    Context context = Vertx.currentContext();
    return context == null ? null : ID.get(context);
  }
}
