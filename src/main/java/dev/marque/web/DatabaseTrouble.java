package dev.marque.web;

import io.vertx.core.VertxException;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells a database that cannot be reached just now from one that refuses what it was asked. */
final class DatabaseTrouble {

  /** Shutting down, crashed, starting up. */
  private static final Set<String> PASSING = Set.of("57P01", "57P02", "57P03", "57P05", "25006");

  /** The connection failed; disk or memory is full, or there are too many connections. */
  private static final Set<String> OF_CLASSES = Set.of("08", "53");

  private static final Set<String> POOL =
      Set.of("Timeout waiting for connection", "Timeout", "Pool closed");

  private DatabaseTrouble() {}

  /** Whether trying the same again in a moment is likely to work. */
  static boolean isUnreachable(@Nullable Throwable cause) {
    if (cause == null) {
      return false;
    }
    if (cause instanceof PgException refused) {
      String state = refused.getSqlState();
      return state != null
          && state.length() == 5
          && (OF_CLASSES.contains(state.substring(0, 2)) || PASSING.contains(state));
    }
    return cause instanceof ClosedConnectionException
        || cause instanceof ConnectionPoolTooBusyException
        || cause instanceof IOException
        || ((cause instanceof VertxException || cause.getClass().getName().contains("NoStackTrace"))
            && cause.getMessage() != null
            && POOL.contains(cause.getMessage()));
  }
}
