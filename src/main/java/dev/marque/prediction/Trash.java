package dev.marque.prediction;

import dev.marque.platform.Chunks;
import dev.marque.platform.Ids;
import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Predictions that their owner deleted on a page: nobody sees them any more, the owner can bring
 * them back for {@link #KEPT}, and then they are deleted for good. All methods but {@link #empty}
 * work on the rows of one account only.
 */
public final class Trash {

  /** How long a deletion can be undone. */
  static final Duration KEPT = Duration.ofMinutes(10);

  private static final Logger LOG = LoggerFactory.getLogger(Trash.class);
  private static final Duration EVERY = Duration.ofMinutes(1);

  /** By the database's clock: a node whose clock is wrong would delete for good too early. */
  private static final String DUE = "now() - interval '%d seconds'".formatted(KEPT.toSeconds());

  private static final int PORTION = 500;

  private final Vertx vertx;
  private final Pool pool;
  private long timer = -1;
  private volatile boolean closed;

  public Trash(Vertx vertx, Pool pool) {
    this.vertx = vertx;
    this.pool = pool;
  }

  /** Begins to delete for good what is due, now and each minute. */
  public void start() {
    timer = vertx.setPeriodic(0, EVERY.toMillis(), tick -> emptyAndLog());
  }

  /** Ends; what is under way may fail without a word, since the database is closed next. */
  public void close() {
    closed = true;
    vertx.cancelTimer(timer);
  }

  /**
   * Hides predictions; the answer names the deletion, to undo it by. Where all of them are hidden
   * already, as after a double click, it names that deletion.
   *
   * <p>Fails with {@link Failure.NotFound} if none of them is there; those that are go.
   */
  Future<UUID> delete(UUID account, List<UUID> ids) {
    UUID deletion = Ids.next();
    // The request's key goes at once: the same photo may be sent again and is a new prediction.
    return pool.preparedQuery(
            """
            UPDATE predictions
               SET deletion = $3, deleted_at = now(),
                   idempotency_key = NULL, idempotency_part = NULL, idempotency_fingerprint = NULL
             WHERE account_id = $1 AND id = ANY($2) AND deleted_at IS NULL
            """)
        .execute(Tuple.of(account, ids.toArray(new UUID[0]), deletion))
        .compose(
            deleted ->
                deleted.rowCount() > 0 ? Future.succeededFuture(deletion) : earlier(account, ids));
  }

  private Future<UUID> earlier(UUID account, List<UUID> ids) {
    return pool.preparedQuery(
            """
            SELECT deletion FROM predictions
             WHERE account_id = $1 AND id = ANY($2) AND deletion IS NOT NULL
             ORDER BY deletion DESC LIMIT 1
            """)
        .execute(Tuple.tuple().addUUID(account).addArrayOfUUID(ids.toArray(new UUID[0])))
        .map(
            rows -> {
              for (Row row : rows) {
                return row.getUUID(0);
              }
              throw new Failure.NotFound("not-found");
            });
  }

  /** How many predictions of a deletion can still be brought back. */
  Future<Integer> count(UUID account, UUID deletion) {
    return pool.preparedQuery(
            """
            SELECT count(*) FROM predictions
             WHERE account_id = $1 AND deletion = $2 AND deleted_at >\s"""
                + DUE)
        .execute(Tuple.of(account, deletion))
        .map(rows -> rows.iterator().next().getInteger(0));
  }

  /** Undoes a deletion; the number of predictions that are back, 0 where it is too late. */
  Future<Integer> restore(UUID account, UUID deletion) {
    return pool.preparedQuery(
            """
            UPDATE predictions SET deletion = NULL, deleted_at = NULL
             WHERE account_id = $1 AND deletion = $2 AND deleted_at >\s"""
                + DUE)
        .execute(Tuple.of(account, deletion))
        .map(RowSet::rowCount);
  }

  /** Deletes for good what is due, in portions that do not hold locks for long; their number. */
  Future<Integer> empty() {
    return Chunks.process(PORTION, this::deletePortion);
  }

  /** Passes over what somebody just brings back, or another node deletes. */
  private Future<Integer> deletePortion() {
    return pool.preparedQuery(
            """
            DELETE FROM predictions
             WHERE deleted_at <= %1$s
               AND id = ANY (ARRAY(
                 SELECT id FROM predictions WHERE deleted_at <= %1$s
                 LIMIT $1 FOR UPDATE SKIP LOCKED))
            """
                .formatted(DUE))
        .execute(Tuple.of(PORTION))
        .map(RowSet::rowCount);
  }

  private void emptyAndLog() {
    empty()
        .onSuccess(
            gone -> {
              if (gone > 0) {
                LOG.info("removed {} predictions that were deleted", gone);
              }
            })
        .onFailure(
            e -> {
              if (!closed) {
                LOG.warn("deleted predictions were not removed, next try in a minute", e);
              }
            });
  }
}
