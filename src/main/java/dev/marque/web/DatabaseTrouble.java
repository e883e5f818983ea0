package dev.marque.web;

import io.vertx.core.VertxException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Distinguishes transient database failures from statements that the database rejects. */
final class DatabaseTrouble {

  /**
   * SQLSTATEs of a server that is shutting down, has crashed, is starting up, has ended an idle
   * session or is read-only.
   */
  private static final Set<String> TRANSIENT_STATES =
      Set.of("57P01", "57P02", "57P03", "57P05", "25006");

  /** SQLSTATE classes: connection failure (08) and insufficient resources (53). */
  private static final Set<String> TRANSIENT_CLASSES = Set.of("08", "53");

  private static final Set<String> POOL_MESSAGES =
      Set.of("Timeout waiting for connection", "Timeout", "Pool closed");

  /** The start of the message if a connection closes while it is taken from the pool. */
  private static final String CLOSED = "Connection is not active now";

  private DatabaseTrouble() {}

  /** Returns whether a retry after a short wait is likely to succeed. */
  static boolean isTransient(@Nullable Throwable cause) {
    if (cause == null) {
      return false;
    }
    if (cause instanceof PgException error) {
      String state = error.getSqlState();
      return state != null
          && state.length() == 5
          && (TRANSIENT_CLASSES.contains(state.substring(0, 2))
              || TRANSIENT_STATES.contains(state));
    }
    return cause instanceof ClosedConnectionException
        || cause instanceof ConnectionPoolTooBusyException
        || cause instanceof IOException
        || ((cause instanceof VertxException || cause.getClass().getName().contains("NoStackTrace"))
            && cause.getMessage() != null
            && (POOL_MESSAGES.contains(cause.getMessage())
                || cause.getMessage().startsWith(CLOSED)));
  }
}
