package dev.marque.prediction;

import static dev.marque.platform.Database.utc;

import dev.marque.platform.Ids;
import dev.marque.platform.Settings.KeptPhoto;
import dev.marque.vision.HeatMap;
import dev.marque.vision.Recognition;
import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The stored predictions. Methods with an account work on that account's rows only: rows of other
 * accounts, and rows in the {@link Trash}, are treated as missing.
 */
public final class Predictions {

  private static final String BY_ID = "account_id = $1 AND id = $2 AND deleted_at IS NULL";

  private static final String FOREIGN_KEY_VIOLATION = "23503";

  private static final String BY_FILTER =
      """
      account_id = $1 AND deleted_at IS NULL
        AND ($2::text IS NULL OR brands[1] = $2)
        AND ($3::text IS NULL OR verdict = $3)
        AND ($4::timestamptz IS NULL OR created_at >= $4)
        AND ($5::timestamptz IS NULL OR created_at < $5)
      """;

  private final Pool pool;
  private final KeptPhoto kept;
  private final Clock clock;

  /**
   * @param kept what to store of a photo
   */
  public Predictions(Pool pool, KeptPhoto kept, Clock clock) {
    this.pool = pool;
    this.kept = kept;
    this.clock = clock;
  }

  /**
   * Stores a prediction with its images in a single statement.
   *
   * @param key the request's key, or {@code null}; if a prediction with this key is already stored,
   *     returns that one and adds nothing
   * @return fails with {@link Failure.NotSignedIn} if the account has been deleted in the meantime
   */
  Future<Prediction> add(
      UUID account, String fileName, Inference inference, @Nullable RequestKey key) {
    Recognition recognition = inference.recognition();
    boolean copy = kept == KeptPhoto.COPY;
    Prediction prediction =
        new Prediction(
            Ids.next(),
            clock.instant().truncatedTo(ChronoUnit.MILLIS),
            fileName,
            inference.width(),
            inference.height(),
            recognition.model(),
            recognition.verdict(),
            recognition.carProbability(),
            recognition.accuracyAtThisConfidence(),
            recognition.brands(),
            recognition.closestModels(),
            recognition.traits(),
            recognition.advice(),
            inference.tookMillis(),
            null,
            copy,
            kept != KeptPhoto.NOTHING);
    Tuple row =
        Tuple.tuple()
            .addUUID(prediction.id())
            .addUUID(account)
            .addOffsetDateTime(utc(prediction.createdAt()))
            .addString(fileName)
            .addInteger(prediction.width())
            .addInteger(prediction.height())
            .addString(prediction.model())
            .addString(prediction.verdict().code())
            .addDouble(prediction.carProbability())
            .addDouble(prediction.accuracyAtThisConfidence())
            .addArrayOfString(PredictionRows.names(prediction.brands()))
            .addArrayOfDouble(PredictionRows.probabilities(prediction.brands()))
            .addArrayOfString(PredictionRows.names(prediction.closestModels()))
            .addArrayOfDouble(PredictionRows.probabilities(prediction.closestModels()))
            .addArrayOfString(prediction.advice().toArray(new String[0]))
            .addDouble(prediction.tookMillis())
            .addBuffer(copy ? inference.copy() : null)
            .addBuffer(prediction.thumbnailKept() ? inference.thumbnail() : null)
            .addBuffer(copy ? HeatMapBytes.of(recognition.heatMap()) : null)
            .addString(key == null ? null : key.key())
            .addShort(key == null ? null : (short) key.part())
            .addBuffer(key == null ? null : key.fingerprint())
            .addString(prediction.traits().bodyTypeCode())
            .addInteger(prediction.traits().decade());
    return pool.preparedQuery(
            """
            INSERT INTO predictions (
              id, account_id, created_at, file_name, width, height, model, verdict,
              car_probability, accuracy, brands, brand_probabilities, closest_models,
              closest_model_probabilities, advice, took_ms, photo, thumbnail, heat_map,
              idempotency_key, idempotency_part, idempotency_fingerprint, body_type,
              decade)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
              $19, $20, $21, $22, $23, $24)
            ON CONFLICT (account_id, idempotency_key, idempotency_part)
              WHERE idempotency_key IS NOT NULL DO NOTHING
            """)
        .execute(row)
        .recover(Predictions::notSignedInIfGone)
        .compose(
            inserted ->
                inserted.rowCount() == 1 || key == null
                    ? Future.succeededFuture(prediction)
                    : findByRequest(account, key)
                        .compose(
                            earlier ->
                                earlier
                                    .map(Future::succeededFuture)
                                    // It has been deleted in the meantime.
                                    .orElseGet(() -> add(account, fileName, inference, key))));
  }

  /** Returns whether a row refers to a missing row, for example one deleted in the meantime. */
  static boolean isForeignKeyViolation(Throwable failure) {
    return failure instanceof PgException error
        && FOREIGN_KEY_VIOLATION.equals(error.getSqlState());
  }

  /** Converts the failure of an insert whose account has been deleted in the meantime. */
  static <T> Future<T> notSignedInIfGone(Throwable failure) {
    return Future.failedFuture(
        isForeignKeyViolation(failure) ? new Failure.NotSignedIn("not-signed-in") : failure);
  }

  /**
   * Returns the prediction that an earlier request with this key has created.
   *
   * <p>Fails with {@link Failure.Invalid} ({@code idempotency-key-reused}) if that request had
   * another photo.
   */
  Future<Optional<Prediction>> findByRequest(UUID account, RequestKey key) {
    return pool.preparedQuery(
            "SELECT "
                + PredictionRows.COLUMNS
                + """
                , idempotency_fingerprint
                FROM predictions
                WHERE account_id = $1 AND deleted_at IS NULL
                  AND idempotency_key = $2 AND idempotency_part = $3
                """)
        .execute(Tuple.of(account, key.key(), (short) key.part()))
        .map(
            rows -> {
              for (Row row : rows) {
                if (!key.fingerprint().equals(row.getBuffer("idempotency_fingerprint"))) {
                  throw new Failure.Invalid("idempotency-key-reused", List.of());
                }
                return Optional.of(PredictionRows.read(row));
              }
              return Optional.empty();
            });
  }

  /** Returns whether a request with this key has created a prediction, for whichever photo. */
  Future<Boolean> hasRequest(UUID account, String key) {
    return pool.preparedQuery(
            """
            SELECT 1 FROM predictions
             WHERE account_id = $1 AND deleted_at IS NULL AND idempotency_key = $2
             LIMIT 1
            """)
        .execute(Tuple.of(account, key))
        .map(rows -> rows.size() > 0);
  }

  /**
   * Returns a prediction; fails with {@link Failure.NotFound} if the account has none with this id.
   */
  Future<Prediction> get(UUID account, UUID id) {
    return pool.preparedQuery(
            "SELECT " + PredictionRows.COLUMNS + "FROM predictions WHERE " + BY_ID)
        .execute(Tuple.of(account, id))
        .map(rows -> PredictionRows.read(only(rows)));
  }

  /** Returns predictions after a cursor, the newest first. */
  Future<List<Prediction>> list(UUID account, Filter filter, @Nullable Cursor after, int limit) {
    Tuple parameters = parameters(account, filter);
    parameters.addOffsetDateTime(after == null ? null : utc(after.createdAt()));
    parameters.addUUID(after == null ? null : after.id());
    parameters.addInteger(limit);
    return pool.preparedQuery(
            "SELECT "
                + PredictionRows.COLUMNS
                + "FROM predictions WHERE "
                + BY_FILTER
                + """
                AND ($6::timestamptz IS NULL OR (created_at, id) < ($6, $7::uuid))
                ORDER BY created_at DESC, id DESC LIMIT $8
                """)
        .execute(parameters)
        .map(PredictionRows::readAll);
  }

  /** Streams the matching predictions, the newest first, as fast as the reader consumes them. */
  Future<PredictionStream> stream(UUID account, Filter filter) {
    return PredictionStream.open(
        pool,
        "SELECT "
            + PredictionRows.COLUMNS
            + "FROM predictions WHERE "
            + BY_FILTER
            + "ORDER BY created_at DESC, id DESC",
        parameters(account, filter));
  }

  /** Deletes a prediction permanently; fails with {@link Failure.NotFound} if it is missing. */
  Future<Void> delete(UUID account, UUID id) {
    return pool.preparedQuery("DELETE FROM predictions WHERE " + BY_ID)
        .execute(Tuple.of(account, id))
        .map(Predictions::requireOne);
  }

  /**
   * Permanently deletes predictions of an account, including those in the trash.
   *
   * @param limit maximum number of predictions to delete
   * @return the number of deleted predictions
   */
  Future<Integer> deleteSome(UUID account, int limit) {
    return pool.preparedQuery(
            """
            DELETE FROM predictions
             WHERE id = ANY (ARRAY(
               SELECT id FROM predictions WHERE account_id = $1
               LIMIT $2 FOR UPDATE SKIP LOCKED))
            """)
        .execute(Tuple.of(account, limit))
        .map(RowSet::rowCount);
  }

  /** Stores the brand according to the owner, replacing any earlier correction. */
  Future<Prediction> correct(UUID account, UUID id, String brand) {
    return pool.preparedQuery(
            """
            UPDATE predictions SET correction = $3, corrected_at = $4
            WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL
            RETURNING\s"""
                + PredictionRows.COLUMNS)
        .execute(Tuple.of(account, id, brand, utc(clock.instant())))
        .map(rows -> PredictionRows.read(only(rows)));
  }

  /** Returns the stored copy; fails with {@link Failure.NotFound} if there is none. */
  Future<Buffer> photo(UUID account, UUID id) {
    return bytes("photo", account, id);
  }

  Future<Buffer> thumbnail(UUID account, UUID id) {
    return bytes("thumbnail", account, id);
  }

  Future<HeatMap> heatMap(UUID account, UUID id) {
    return bytes("heat_map", account, id).map(HeatMapBytes::read);
  }

  /**
   * Deletes the photos of predictions that are older than the given number of days, by the
   * database's clock: a node with a wrong clock could delete them too early. Skips rows locked by
   * another node.
   *
   * @param limit maximum number of photos to delete
   * @return the number of deleted photos
   */
  Future<Integer> deleteOldPhotos(int days, int limit) {
    return pool.preparedQuery(
            """
            UPDATE predictions SET photo = NULL, thumbnail = NULL, heat_map = NULL
            WHERE id = ANY (ARRAY(
              SELECT id FROM predictions
              WHERE created_at < now() - make_interval(days => $1)
                AND (photo IS NOT NULL OR thumbnail IS NOT NULL OR heat_map IS NOT NULL)
              LIMIT $2 FOR UPDATE SKIP LOCKED))
            """)
        .execute(Tuple.of(days, limit))
        .map(RowSet::rowCount);
  }

  private Future<Buffer> bytes(String column, UUID account, UUID id) {
    return pool.preparedQuery("SELECT " + column + " FROM predictions WHERE " + BY_ID)
        .execute(Tuple.of(account, id))
        .map(
            rows -> {
              Buffer bytes = only(rows).getBuffer(0);
              if (bytes == null) {
                throw new Failure.NotFound("not-found");
              }
              return bytes;
            });
  }

  private static Tuple parameters(UUID account, Filter filter) {
    return Tuple.tuple()
        .addUUID(account)
        .addString(filter.brand())
        .addString(filter.verdict() == null ? null : filter.verdict().code())
        .addOffsetDateTime(filter.from() == null ? null : utc(filter.from()))
        .addOffsetDateTime(filter.until() == null ? null : utc(filter.until()));
  }

  private static Row only(RowSet<Row> rows) {
    for (Row row : rows) {
      return row;
    }
    throw new Failure.NotFound("not-found");
  }

  private static @Nullable Void requireOne(RowSet<Row> changed) {
    if (changed.rowCount() == 0) {
      throw new Failure.NotFound("not-found");
    }
    return null;
  }
}
