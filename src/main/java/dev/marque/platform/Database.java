package dev.marque.platform;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The connection pool that all repositories share.
 *
 * <p>Every wait is bounded: opening a connection and waiting for a free one time out within
 * seconds, requests beyond the size of the wait queue fail immediately, and a connection on which
 * nothing arrives for minutes is closed. No connection is used for more than ten minutes.
 */
public final class Database {

  private static final int MAX_CONNECTIONS = 16;
  private static final int MAX_WAITING = 512;
  private static final int TIMEOUT_SECONDS = 10;

  /**
   * When to give up a connection whose other end has vanished without closing it. Longer than a
   * statement may take, and than a slow client of an export pauses between two of its queries.
   */
  private static final Duration MAX_SILENCE = Duration.ofMinutes(3);

  /** After a failover, a host name may refer to another server: only a new connection finds it. */
  private static final Duration MAX_LIFETIME = Duration.ofMinutes(10);

  /**
   * How long running statements may take to finish on shutdown; other components need the rest of
   * its ten seconds.
   */
  private static final int GRACE_SECONDS = 2;

  private final Pool pool;

  private Database(Pool pool) {
    this.pool = pool;
  }

  /** Creates the pool; connections are opened on demand. */
  public static Database open(Vertx vertx, DatabaseAddress address) {
    return open(vertx, address, MAX_SILENCE, MAX_LIFETIME);
  }

  /** As {@link #open(Vertx, DatabaseAddress)}, with other limits for connections. */
  static Database open(
      Vertx vertx, DatabaseAddress address, Duration maxSilence, Duration maxLifetime) {
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
            .setMaxSize(MAX_CONNECTIONS)
            .setMaxWaitQueueSize(MAX_WAITING)
            .setConnectionTimeout(TIMEOUT_SECONDS)
            .setConnectionTimeoutUnit(TimeUnit.SECONDS)
            // Well before the limit for silence: a request could get a connection that just closes.
            .setIdleTimeout((int) maxSilence.toMillis() / 2)
            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
            .setMaxLifetime((int) maxLifetime.toMillis())
            .setMaxLifetimeUnit(TimeUnit.MILLISECONDS);
    return new Database(
        PgBuilder.pool()
            .with(options)
            .with(
                new NetClientOptions()
                    .setConnectTimeout(TIMEOUT_SECONDS * 1000)
                    .setIdleTimeout((int) maxSilence.toSeconds()))
            .connectingTo(connection)
            .using(vertx)
            .build());
  }

  /** Converts an instant to the type of a {@code timestamptz} parameter. */
  public static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  public Pool pool() {
    return pool;
  }

  /** Succeeds if the database responds and can be written to, unlike a standby. */
  public Future<Void> check() {
    return pool.query("SELECT current_setting('transaction_read_only')::boolean")
        .execute()
        .compose(
            rows ->
                rows.iterator().next().getBoolean(0)
                    ? Future.failedFuture("The database is read-only")
                    : Future.succeededFuture());
  }

  /**
   * Closes each connection once its statement has finished; completes after two seconds at most.
   */
  public Future<Void> close() {
    return pool.close()
        .timeout(GRACE_SECONDS, TimeUnit.SECONDS)
        .recover(
            e -> e instanceof TimeoutException ? Future.succeededFuture() : Future.failedFuture(e));
  }
}
