package dev.marque.prediction;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.UUID;

/**
 * The token buckets of accounts in the database, shared by all web nodes. They are measured in
 * seconds of the database's clock; a full bucket holds {@link #FULL}.
 */
public final class SharedAllowances {

  static final double FULL = 60;

  /** The current content of a bucket. A clock that was set back takes nothing from it. */
  private static final String NOW =
      "least(60, a.allowance + greatest(0,"
          + " extract(epoch FROM clock_timestamp() - a.counted_at)::double precision))";

  private final Pool pool;

  public SharedAllowances(Pool pool) {
    this.pool = pool;
  }

  /**
   * The state of an account's bucket after an attempt to take from it.
   *
   * @param taken whether the cost was taken; false if the bucket held less
   * @param seconds the content of the bucket
   */
  record Bucket(boolean taken, double seconds) {}

  /**
   * Takes the cost of one prediction, in seconds, if the bucket holds enough. Fails with {@link
   * dev.marque.web.Failure.NotSignedIn} if the account has been deleted in the meantime.
   */
  Future<Bucket> take(UUID account, double cost) {
    return pool.preparedQuery(
            """
            INSERT INTO prediction_allowances AS a (account_id, allowance, counted_at)
            VALUES ($1, 60 - $2::double precision, clock_timestamp())
            ON CONFLICT (account_id) DO UPDATE
               SET allowance = %1$s - $2, counted_at = clock_timestamp()
             WHERE %1$s >= $2
            RETURNING allowance
            """
                .formatted(NOW))
        .execute(Tuple.of(account, cost))
        .recover(Predictions::notSignedInIfGone)
        .compose(
            taken ->
                taken.rowCount() == 1
                    ? Future.succeededFuture(new Bucket(true, allowance(taken)))
                    : left(account));
  }

  private Future<Bucket> left(UUID account) {
    return pool.preparedQuery(
            "SELECT " + NOW + " AS allowance FROM prediction_allowances a WHERE account_id = $1")
        .execute(Tuple.of(account))
        .map(rows -> new Bucket(false, rows.size() == 0 ? FULL : allowance(rows)));
  }

  private static double allowance(RowSet<Row> rows) {
    return rows.iterator().next().getDouble("allowance");
  }

  /** Returns the cost of one prediction to the bucket. */
  Future<Void> refund(UUID account, double cost) {
    return pool.preparedQuery(
            """
            UPDATE prediction_allowances SET allowance = least(60, allowance + $2)
             WHERE account_id = $1
            """)
        .execute(Tuple.of(account, cost))
        .mapEmpty();
  }
}
