package dev.marque.prediction;

import static dev.marque.platform.Database.utc;

import dev.marque.vision.Scored;
import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The corrections of all users and their reviews by administrators. Unlike {@link Predictions},
 * this class reads the rows of all accounts, but only predictions that have been corrected and are
 * not in the {@link Trash}.
 */
public final class Corrections {

  /** A review applies only to the brand that it was made for. */
  private static final String REVIEWED =
      """
       FROM predictions p
       LEFT JOIN correction_reviews r ON r.prediction_id = p.id AND r.brand = p.correction
      WHERE p.correction IS NOT NULL AND p.deleted_at IS NULL
      """;

  private final Pool pool;
  private final Clock clock;

  public Corrections(Pool pool, Clock clock) {
    this.pool = pool;
    this.clock = clock;
  }

  /**
   * A photo to train on.
   *
   * @param id id of the prediction
   * @param photo a JPEG file
   */
  record Example(UUID id, String brand, Buffer photo) {}

  /**
   * Returns corrections, those of the newest photos first.
   *
   * @param before id of the last correction on the previous page; {@code null} for the first page
   * @param limit maximum number of rows
   */
  Future<List<Correction>> list(ReviewState state, @Nullable UUID before, int limit) {
    return pool.preparedQuery(
            """
            SELECT p.id, p.corrected_at, p.file_name, p.brands[1] AS answer,
                   p.brand_probabilities[1] AS probability, p.correction,
                   p.photo IS NOT NULL AS photo_kept
            """
                + REVIEWED
                + """
                AND coalesce(r.decision, 'open') = $1
                AND ($2::uuid IS NULL OR p.id < $2)
                ORDER BY p.id DESC LIMIT $3
                """)
        .execute(Tuple.tuple().addString(state.code()).addUUID(before).addInteger(limit))
        .map(
            rows -> {
              List<Correction> found = new ArrayList<>(rows.size());
              rows.forEach(row -> found.add(correction(row)));
              return found;
            });
  }

  private static Correction correction(Row row) {
    return new Correction(
        row.getUUID("id"),
        row.getOffsetDateTime("corrected_at").toInstant(),
        row.getString("file_name"),
        new Scored(row.getString("answer"), row.getDouble("probability")),
        row.getString("correction"),
        row.getBoolean("photo_kept"));
  }

  /**
   * Stores a decision, replacing any earlier one. Fails with {@link Failure.NotFound} if the
   * correction has been changed or deleted since the reviewer saw it.
   *
   * @param brand the corrected brand that the reviewer saw
   * @param state {@code ACCEPTED} or {@code REJECTED}
   */
  Future<Void> review(UUID id, String brand, ReviewState state, UUID reviewer) {
    return pool.preparedQuery(
            """
            INSERT INTO correction_reviews (prediction_id, brand, decision, reviewed_at, reviewer_id)
            SELECT id, correction, $3, $4, $5 FROM predictions WHERE id = $1 AND correction = $2
              AND deleted_at IS NULL
            ON CONFLICT (prediction_id) DO UPDATE SET
              brand = excluded.brand, decision = excluded.decision,
              reviewed_at = excluded.reviewed_at, reviewer_id = excluded.reviewer_id
            """)
        .execute(Tuple.of(id, brand, state.code(), utc(clock.instant()), reviewer))
        .map(RowSet::rowCount)
        .recover(
            failure ->
                Predictions.isForeignKeyViolation(failure)
                    ? Future.succeededFuture(0)
                    : Future.failedFuture(failure))
        .compose(
            noted ->
                noted == 1
                    ? Future.succeededFuture()
                    : Future.failedFuture(new Failure.NotFound("correction-changed")));
  }

  /** Returns the photo of a correction; fails with {@link Failure.NotFound} if there is none. */
  Future<Buffer> photo(UUID id) {
    return pool.preparedQuery(
            "SELECT photo FROM predictions"
                + " WHERE id = $1 AND correction IS NOT NULL AND photo IS NOT NULL"
                + " AND deleted_at IS NULL")
        .execute(Tuple.of(id))
        .compose(
            rows ->
                rows.size() == 1
                    ? Future.succeededFuture(rows.iterator().next().getBuffer(0))
                    : Future.failedFuture(new Failure.NotFound("not-found")));
  }

  /**
   * Returns accepted corrections that have a photo, the oldest first.
   *
   * @param after id of the last one in the previous chunk; {@code null} for the first chunk
   * @param limit maximum number of rows
   */
  Future<List<Example>> examples(@Nullable UUID after, int limit) {
    return pool.preparedQuery(
            "SELECT p.id, p.correction, p.photo"
                + REVIEWED
                + """
                AND r.decision = 'accepted' AND p.photo IS NOT NULL
                AND ($1::uuid IS NULL OR p.id > $1)
                ORDER BY p.id LIMIT $2
                """)
        .execute(Tuple.tuple().addUUID(after).addInteger(limit))
        .map(
            rows -> {
              List<Example> found = new ArrayList<>(rows.size());
              for (Row row : rows) {
                found.add(new Example(row.getUUID(0), row.getString(1), row.getBuffer(2)));
              }
              return found;
            });
  }
}
