package dev.marque.platform;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The pool of connections that every repository shares.
 *
 * <p>Nothing waits for ever: a connection that cannot be made, and a request for one that none
 * becomes free for, fail within seconds, and beyond a bound requests do not even wait.
 */
public final class Database {

  private static final int CONNECTIONS = 16;
  private static final int WAITING = 512;
  private static final int PATIENCE_SECONDS = 10;

  /** How long statements may take to end at a stop, of whose ten seconds the rest is for others. */
  private static final int GRACE_SECONDS = 2;

  private final Pool pool;

  private Database(Pool pool) {
    this.pool = pool;
  }

  /** Makes the pool; connections are made when they are needed. */
  public static Database open(Vertx vertx, DatabaseAddress address) {
    PgConnectOptions connection = address.connectOptions();
    connection
        .setCachePreparedStatements(true)
        .setPreparedStatementCacheMaxSize(128)
        .addProperty("application_name", "marque")
        .addProperty("statement_timeout", "30s")
        .setReconnectAttempts(0);
    PoolOptions options =
        new PoolOptions()
            .setName("marque")
            .setMaxSize(CONNECTIONS)
            .setMaxWaitQueueSize(WAITING)
            .setConnectionTimeout(PATIENCE_SECONDS)
            .setConnectionTimeoutUnit(TimeUnit.SECONDS)
            .setIdleTimeout(5)
            .setIdleTimeoutUnit(TimeUnit.MINUTES);
    return new Database(
        PgBuilder.pool()
            .with(options)
            .with(new NetClientOptions().setConnectTimeout(PATIENCE_SECONDS * 1000))
            .connectingTo(connection)
            .using(vertx)
            .build());
  }

  /** A moment as the database takes it. */
  public static OffsetDateTime utc(Instant moment) {
    return moment.atOffset(ZoneOffset.UTC);
  }

  public Pool pool() {
    return pool;
  }

  /** Succeeds when the database answers. */
  public Future<Void> check() {
    return pool.query("SELECT 1").execute().mapEmpty();
  }

  /** Ends the connections, each once its statement has ended, and waits for that, not for long. */
  public Future<Void> close() {
    return pool.close()
        .timeout(GRACE_SECONDS, TimeUnit.SECONDS)
        .recover(
            late ->
                late instanceof TimeoutException
                    ? Future.succeededFuture()
                    : Future.failedFuture(late));
  }
}
