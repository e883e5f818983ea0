package dev.marque.account;

import static dev.marque.platform.Database.utc;

import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * Links that create the first administrator: valid once, for a day, and only while there is no
 * administrator.
 */
final class SetupLinks {

  private static final Duration LIFETIME = Duration.ofDays(1);

  private final Pool pool;
  private final Accounts accounts;
  private final Clock clock;

  SetupLinks(Pool pool, Accounts accounts, Clock clock) {
    this.pool = pool;
    this.accounts = accounts;
    this.clock = clock;
  }

  /** Creates a link and returns its token; empty if there is an administrator. */
  Future<Optional<String>> offer() {
    return accounts
        .hasAdministrator(pool)
        .compose(
            present ->
                present ? Future.succeededFuture(Optional.empty()) : create().map(Optional::of));
  }

  private Future<String> create() {
    String token = SecretToken.generate();
    return pool.preparedQuery("INSERT INTO setup_links (hash, expires_at) VALUES ($1, $2)")
        .execute(Tuple.of(SecretToken.hash(token), utc(clock.instant().plus(LIFETIME))))
        .map(token);
  }

  /**
   * Checks that a link is valid; fails with {@link Failure.NotFound} ({@code setup-link-over}) if
   * it is not.
   */
  Future<Void> check(String token) {
    return pool.preparedQuery("SELECT FROM setup_links WHERE hash = $1 AND expires_at > $2")
        .execute(Tuple.of(SecretToken.hash(token), utc(clock.instant())))
        .compose(rows -> rows.size() == 1 ? accounts.hasAdministrator(pool) : invalid())
        .compose(administered -> administered ? invalid() : Future.succeededFuture());
  }

  /** Consumes a link and invalidates all others; fails as {@link #check} does. */
  Future<Void> use(SqlClient transaction, String token) {
    return transaction
        .preparedQuery("DELETE FROM setup_links WHERE hash = $1 AND expires_at > $2")
        .execute(Tuple.of(SecretToken.hash(token), utc(clock.instant())))
        .map(RowSet::rowCount)
        .compose(deleted -> deleted == 1 ? accounts.hasAdministrator(transaction) : invalid())
        .compose(
            administered ->
                administered
                    ? invalid()
                    : transaction.query("DELETE FROM setup_links").execute().mapEmpty());
  }

  private static <T> Future<T> invalid() {
    return Future.failedFuture(new Failure.NotFound("setup-link-over"));
  }
}
