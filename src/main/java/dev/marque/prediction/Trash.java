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
 * Predictions that their owner has deleted on a page. They are hidden, the owner can restore them
 * within {@link #UNDO_PERIOD}, and then they are deleted permanently. All methods except {@link
 * #empty} work on the rows of one account only.
 */
public final class Trash {

  /** How long a deletion can be undone. */
  static final Duration UNDO_PERIOD = Duration.ofMinutes(10);

  private static final Logger LOG = LoggerFactory.getLogger(Trash.class);
  private static final Duration INTERVAL = Duration.ofMinutes(1);

  /** Uses the database's clock: a node with a wrong clock could delete rows too early. */
  private static final String DUE = "now() - interval '" + UNDO_PERIOD.toSeconds() + " seconds'";

  private static final int CHUNK_SIZE = 500;

  private final Vertx vertx;
  private final Pool pool;
  private long timer = -1;
  private volatile boolean closed;

  public Trash(Vertx vertx, Pool pool) {
    this.vertx = vertx;
    this.pool = pool;
  }

  /** Permanently deletes expired predictions immediately and then every minute. */
  public void start() {
    timer = vertx.setPeriodic(0, INTERVAL.toMillis(), tick -> emptyAndLog());
  }

  /** Stops. A running deletion may fail without being logged, since the database is closed next. */
  public void close() {
    closed = true;
    vertx.cancelTimer(timer);
  }

  /**
   * Moves predictions to the trash and returns the id of the deletion, which {@link #restore} takes
   * to undo it. If all of them are already in the trash, for example after a double click, returns
   * the id of that deletion.
   *
   * <p>Ignores missing predictions, but fails with {@link Failure.NotFound} if all are missing.
   */
  Future<UUID> delete(UUID account, List<UUID> ids) {
    UUID deletion = Ids.next();
    // Clears the idempotency key: if the same photo is sent again, it is a new prediction.
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

  /** Returns the number of predictions of a deletion that can still be restored. */
  Future<Integer> count(UUID account, UUID deletion) {
    return pool.preparedQuery(
            """
            SELECT count(*) FROM predictions
             WHERE account_id = $1 AND deletion = $2 AND deleted_at >\s"""
                + DUE)
        .execute(Tuple.of(account, deletion))
        .map(rows -> rows.iterator().next().getInteger(0));
  }

  /** Undoes a deletion; returns the number of restored predictions, 0 if it is too late. */
  Future<Integer> restore(UUID account, UUID deletion) {
    return pool.preparedQuery(
            """
            UPDATE predictions SET deletion = NULL, deleted_at = NULL
             WHERE account_id = $1 AND deletion = $2 AND deleted_at >\s"""
                + DUE)
        .execute(Tuple.of(account, deletion))
        .map(RowSet::rowCount);
  }

  /**
   * Permanently deletes expired predictions in chunks, to hold locks only briefly; completes with
   * their number.
   */
  Future<Integer> empty() {
    return Chunks.process(CHUNK_SIZE, this::deleteChunk);
  }

  /** Skips locked rows, which are being restored, or deleted by another node. */
  private Future<Integer> deleteChunk() {
    return pool.preparedQuery(
            """
            DELETE FROM predictions
             WHERE deleted_at <= %1$s
               AND id = ANY (ARRAY(
                 SELECT id FROM predictions WHERE deleted_at <= %1$s
                 LIMIT $1 FOR UPDATE SKIP LOCKED))
            """
                .formatted(DUE))
        .execute(Tuple.of(CHUNK_SIZE))
        .map(RowSet::rowCount);
  }

  private void emptyAndLog() {
    empty()
        .onSuccess(
            deleted -> {
              if (deleted > 0) {
                LOG.info("Permanently deleted {} predictions from the trash", deleted);
              }
            })
        .onFailure(
            e -> {
              if (!closed) {
                LOG.warn("Could not empty the trash, next attempt in a minute", e);
              }
            });
  }
}
