package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.platform.Database;
import dev.marque.platform.DatabaseAddress;
import dev.marque.platform.Ids;
import dev.marque.platform.LoggedEvents;
import dev.marque.platform.Settings.KeptPhoto;
import dev.marque.platform.TestDatabase;
import dev.marque.vision.Scored;
import dev.marque.vision.Verdict;
import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests the SQL of this package with a real PostgreSQL. */
class PredictionsTest {

  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

  private static Vertx vertx;
  private static DatabaseAddress address;
  private static Database database;
  private static Pool pool;

  private UUID account;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    address = TestDatabase.fresh();
    database = Database.open(vertx, address);
    pool = database.pool();
  }

  @AfterAll
  static void close() {
    database.close().await();
    vertx.close().await();
  }

  @BeforeEach
  void createAccount() {
    account = newAccount();
  }

  @Test
  void a_stored_prediction_is_read_back_unchanged() {
    Prediction stored = at(NOON).add(account, "p.jpg", Samples.inference(), null).await();
    assertEquals(stored, at(NOON).get(account, stored.id()).await());
    assertEquals(Samples.BRANDS, stored.brands());
    assertEquals(NOON, stored.createdAt());
    assertEquals("the copy", at(NOON).photo(account, stored.id()).await().toString());
    assertEquals("the thumbnail", at(NOON).thumbnail(account, stored.id()).await().toString());
    assertEquals(3, at(NOON).heatMap(account, stored.id()).await().width());
  }

  @Test
  void predictions_of_other_accounts_are_not_found() {
    Predictions predictions = at(NOON);
    UUID id = predictions.add(account, "p.jpg", Samples.inference(), null).await().id();
    UUID stranger = newAccount();
    notFound(() -> predictions.get(stranger, id).await());
    notFound(() -> predictions.photo(stranger, id).await());
    notFound(() -> predictions.thumbnail(stranger, id).await());
    notFound(() -> predictions.heatMap(stranger, id).await());
    notFound(() -> predictions.correct(stranger, id, "BMW").await());
    notFound(() -> predictions.delete(stranger, id).await());
    assertEquals(List.of(), predictions.list(stranger, Filter.ALL, null, 10).await());
    assertEquals(id, predictions.get(account, id).await().id());
  }

  @Test
  void pages_contain_every_row_once_although_new_rows_arrive() {
    List<UUID> added = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      // Two rows share each creation time, so only their ids define the order.
      added.add(0, add(NOON.plusSeconds(i / 2), Samples.inference()).id());
    }
    List<UUID> seen = new ArrayList<>();
    Cursor after = null;
    List<Prediction> page;
    do {
      page = at(NOON).list(account, Filter.ALL, after, 2).await();
      page.forEach(prediction -> seen.add(prediction.id()));
      after = page.isEmpty() ? after : Cursor.after(page.get(page.size() - 1));
      add(NOON.plusSeconds(60), Samples.inference());
    } while (!page.isEmpty());
    assertEquals(added, seen);
  }

  @Test
  void a_list_is_filtered_by_brand_verdict_and_time() {
    UUID audi = add(NOON, Samples.inference()).id();
    List<Scored> bmwFirst = List.of(new Scored("BMW", 0.6), new Scored("Audi", 0.4));
    UUID bmw = add(NOON.plusSeconds(1), Samples.inference(bmwFirst, Verdict.UNSURE)).id();
    assertEquals(List.of(audi), ids(new Filter("Audi", null, null, null)));
    assertEquals(List.of(bmw), ids(new Filter(null, Verdict.UNSURE, null, null)));
    assertEquals(List.of(bmw), ids(new Filter(null, null, NOON.plusSeconds(1), null)));
    assertEquals(List.of(audi), ids(new Filter(null, null, NOON, NOON.plusSeconds(1))));
    assertEquals(List.of(), ids(new Filter("Audi", Verdict.UNSURE, null, null)));
    assertEquals(List.of(), ids(new Filter("'; DROP TABLE predictions; --", null, null, null)));
  }

  @Test
  void a_repeated_request_stores_nothing_and_returns_the_first_prediction() {
    RequestKey key = new RequestKey("k", 0, Buffer.buffer("fingerprint"));
    Prediction first = at(NOON).add(account, "p.jpg", Samples.inference(), key).await();
    Prediction again =
        at(NOON.plusSeconds(9)).add(account, "p.jpg", Samples.inference(), key).await();
    assertEquals(first, again);
    assertEquals(first, at(NOON).findByRequest(account, key).await().orElseThrow());
    assertEquals(1, at(NOON).list(account, Filter.ALL, null, 10).await().size());
    RequestKey otherPart = new RequestKey("k", 1, Buffer.buffer("fingerprint"));
    assertTrue(at(NOON).findByRequest(account, otherPart).await().isEmpty());
    assertTrue(at(NOON).findByRequest(newAccount(), key).await().isEmpty());
  }

  @Test
  void a_key_reused_for_another_photo_is_rejected() {
    RequestKey key = new RequestKey("k", 0, Buffer.buffer("fingerprint"));
    at(NOON).add(account, "p.jpg", Samples.inference(), key).await();
    RequestKey reused = new RequestKey("k", 0, Buffer.buffer("another"));
    Failure.Invalid refused =
        assertThrows(Failure.Invalid.class, () -> at(NOON).findByRequest(account, reused).await());
    assertEquals("idempotency-key-reused", refused.type());
  }

  @Test
  void adding_a_prediction_to_a_deleted_account_fails_as_not_signed_in() {
    UUID gone = Ids.next();
    assertThrows(
        Failure.NotSignedIn.class,
        () -> at(NOON).add(gone, "p.jpg", Samples.inference(), null).await());
  }

  @Test
  @Timeout(60)
  void a_review_of_a_concurrently_deleted_prediction_is_not_found() {
    UUID id = add(NOON, Samples.inference()).id();
    at(NOON).correct(account, id, "BMW").await();
    SqlConnection deleting = pool.getConnection().await();
    Transaction transaction = deleting.begin().await();
    deleting.preparedQuery("DELETE FROM predictions WHERE id = $1").execute(Tuple.of(id)).await();
    Corrections corrections = new Corrections(pool, clock(NOON));
    Future<Void> review = corrections.review(id, "BMW", ReviewState.ACCEPTED, account);
    awaitEndOrWaitingForALock(review);
    transaction.commit().await();
    deleting.close().await();
    notFound(() -> review.await());
  }

  @Test
  void a_correction_is_stored_and_the_last_one_wins() {
    UUID id = add(NOON, Samples.inference()).id();
    at(NOON).correct(account, id, "BMW").await();
    assertEquals("Audi", at(NOON).correct(account, id, "Audi").await().correction());
    assertEquals("Audi", at(NOON).get(account, id).await().correction());
  }

  @Test
  void a_deleted_prediction_is_not_found_any_more() {
    UUID id = add(NOON, Samples.inference()).id();
    at(NOON).delete(account, id).await();
    notFound(() -> at(NOON).get(account, id).await());
    notFound(() -> at(NOON).delete(account, id).await());
  }

  @Test
  void a_prediction_in_the_trash_is_not_found_until_it_is_restored() {
    UUID remaining = add(NOON, Samples.inference()).id();
    UUID id = add(NOON.plusSeconds(1), Samples.inference()).id();
    UUID deletion = trash().delete(account, List.of(id)).await();
    notFound(() -> at(NOON).get(account, id).await());
    notFound(() -> at(NOON).photo(account, id).await());
    notFound(() -> at(NOON).correct(account, id, "BMW").await());
    notFound(() -> at(NOON).delete(account, id).await());
    assertEquals(List.of(remaining), ids(Filter.ALL));
    assertEquals(1, trash().count(account, deletion).await());

    assertEquals(0, trash().restore(newAccount(), deletion).await(), "another account");
    assertEquals(1, trash().restore(account, deletion).await());
    assertEquals(List.of(id, remaining), ids(Filter.ALL));
    assertEquals("the copy", at(NOON).photo(account, id).await().toString());
  }

  @Test
  void deleting_twice_returns_the_same_deletion_and_other_accounts_cannot_delete() {
    UUID id = add(NOON, Samples.inference()).id();
    notFound(() -> trash().delete(newAccount(), List.of(id)).await());
    UUID deletion = trash().delete(account, List.of(id)).await();
    assertEquals(deletion, trash().delete(account, List.of(id)).await());
  }

  @Test
  void after_ten_minutes_predictions_in_the_trash_are_deleted_permanently() {
    UUID id = add(NOON, Samples.inference()).id();
    UUID young = add(NOON, Samples.inference()).id();
    UUID deletion = trash().delete(account, List.of(id)).await();
    UUID youngDeletion = trash().delete(account, List.of(young)).await();
    age(deletion, Trash.UNDO_PERIOD);
    age(youngDeletion, Trash.UNDO_PERIOD.minusMinutes(1));
    assertEquals(0, trash().count(account, deletion).await());
    assertEquals(0, trash().restore(account, deletion).await());
    assertTrue(trash().empty().await() >= 1);
    age(deletion, Trash.UNDO_PERIOD.negated());
    assertEquals(0, trash().count(account, deletion).await(), "the row still exists");
    assertEquals(1, trash().restore(account, youngDeletion).await());
  }

  /** Moves the time of a deletion back. */
  private static void age(UUID deletion, Duration by) {
    pool.preparedQuery(
            """
            UPDATE predictions SET deleted_at = deleted_at - make_interval(secs => $2)
             WHERE deletion = $1
            """)
        .execute(Tuple.of(deletion, (double) by.toSeconds()))
        .await();
  }

  @Test
  @Timeout(60)
  void a_prediction_restored_at_the_last_moment_is_not_deleted() {
    UUID id = add(NOON, Samples.inference()).id();
    UUID deletion = trash().delete(account, List.of(id)).await();
    age(deletion, Trash.UNDO_PERIOD);
    SqlConnection restoring = pool.getConnection().await();
    Transaction transaction = restoring.begin().await();
    restoring
        .preparedQuery(
            "UPDATE predictions SET deletion = NULL, deleted_at = NULL WHERE deletion = $1")
        .execute(Tuple.of(deletion))
        .await();
    Future<Integer> emptied = trash().empty();
    awaitEndOrWaitingForALock(emptied);
    transaction.commit().await();
    restoring.close().await();
    emptied.await();
    assertEquals(List.of(id), ids(Filter.ALL));
  }

  @Test
  @Timeout(60)
  void a_node_skips_photos_that_another_node_is_deleting() {
    UUID id = add(Instant.now().minus(Duration.ofDays(31)), Samples.inference()).id();
    SqlConnection first = pool.getConnection().await();
    Transaction transaction = first.begin().await();
    first
        .preparedQuery("UPDATE predictions SET photo = NULL WHERE id = $1")
        .execute(Tuple.of(id))
        .await();
    Future<Integer> second = new PhotoRetention(vertx, at(NOON), 30).deleteOld();
    awaitEndOrWaitingForALock(second);
    assertTrue(second.isComplete(), "the second node waits for the first");
    transaction.rollback().await();
    first.close().await();
  }

  @Test
  @Timeout(60)
  void deletions_interrupted_by_a_shutdown_are_not_logged() {
    Vertx stopping = Vertx.vertx();
    Database closing = Database.open(stopping, address);
    SqlConnection other = pool.getConnection().await();
    other.query("BEGIN; LOCK TABLE predictions").execute().await();
    try (LoggedEvents emptied = new LoggedEvents(Trash.class);
        LoggedEvents deleted = new LoggedEvents(PhotoRetention.class)) {
      Trash trash = new Trash(stopping, closing.pool());
      Predictions predictions = new Predictions(closing.pool(), KeptPhoto.COPY, clock(NOON));
      PhotoRetention retention = new PhotoRetention(stopping, predictions, 30);
      trash.start();
      retention.start();
      String waiting =
          "SELECT FROM pg_locks WHERE NOT granted AND relation = 'predictions'::regclass";
      while (pool.query(waiting).execute().await().size() < 2) {
        Thread.onSpinWait();
      }
      trash.close();
      retention.close();
      closing.close().await();
      // Nothing is logged either when the database terminates the waiting statements.
      pool.query(waiting.replace("FROM", "pg_terminate_backend(pid) FROM")).execute().await();
      stopping.close().await();
      assertTrue(emptied.isEmpty() && deleted.isEmpty());
    } finally {
      other.query("ROLLBACK").execute().await();
      other.close().await();
    }
  }

  private static void awaitEndOrWaitingForALock(Future<?> work) {
    String waiting =
        "SELECT FROM pg_stat_activity"
            + " WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while (!work.isComplete() && pool.query(waiting).execute().await().size() == 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void a_repeated_request_whose_prediction_was_deleted_creates_a_new_one() {
    RequestKey key = new RequestKey("k", 0, Buffer.buffer("fingerprint"));
    UUID first = at(NOON).add(account, "p.jpg", Samples.inference(), key).await().id();
    trash().delete(account, List.of(first)).await();
    assertTrue(at(NOON).findByRequest(account, key).await().isEmpty());
    UUID again = at(NOON).add(account, "p.jpg", Samples.inference(), key).await().id();
    assertEquals(List.of(again), ids(Filter.ALL));
  }

  @Test
  void a_repeated_request_is_stored_if_the_first_prediction_is_deleted_concurrently() {
    RequestKey key = new RequestKey("k", 0, Buffer.buffer("fingerprint"));
    UUID first = at(NOON).add(account, "p.jpg", Samples.inference(), key).await().id();
    // Deletes the first one after the second insert has conflicted with it, before it is read.
    pool.query(
            """
            CREATE FUNCTION delete_first() RETURNS trigger LANGUAGE plpgsql AS $$
              BEGIN DELETE FROM predictions WHERE id = '%s'; RETURN NULL; END $$;
            CREATE TRIGGER meanwhile AFTER INSERT ON predictions
              FOR EACH STATEMENT EXECUTE FUNCTION delete_first();
            """
                .formatted(first))
        .execute()
        .await();
    try {
      UUID second = at(NOON).add(account, "p.jpg", Samples.inference(), key).await().id();
      assertEquals(List.of(second), ids(Filter.ALL));
    } finally {
      pool.query("DROP FUNCTION delete_first CASCADE").execute().await();
    }
  }

  @ParameterizedTest
  @EnumSource(KeptPhoto.class)
  void only_the_configured_images_are_stored(KeptPhoto kept) {
    Predictions predictions = new Predictions(pool, kept, clock(NOON));
    Prediction stored = predictions.add(account, "p.jpg", Samples.inference(), null).await();
    assertEquals(kept == KeptPhoto.COPY, stored.photoKept());
    assertEquals(kept != KeptPhoto.NOTHING, stored.thumbnailKept());
    assertEquals(stored, predictions.get(account, stored.id()).await());
    if (kept != KeptPhoto.COPY) {
      notFound(() -> predictions.photo(account, stored.id()).await());
      notFound(() -> predictions.heatMap(account, stored.id()).await());
    }
    if (kept == KeptPhoto.NOTHING) {
      notFound(() -> predictions.thumbnail(account, stored.id()).await());
    }
  }

  @Test
  void old_photos_are_deleted_but_their_predictions_are_kept() {
    Instant now = Instant.now();
    UUID old = add(now.minus(Duration.ofDays(31)), Samples.inference()).id();
    UUID young = add(now.minus(Duration.ofDays(29)), Samples.inference()).id();
    Predictions clockWrong = at(now.plus(Duration.ofDays(3000)));
    PhotoRetention retention = new PhotoRetention(vertx, clockWrong, 30);
    assertTrue(retention.deleteOld().await() >= 1);
    assertEquals(0, retention.deleteOld().await());
    notFound(() -> at(NOON).photo(account, old).await());
    notFound(() -> at(NOON).thumbnail(account, old).await());
    assertFalse(at(NOON).get(account, old).await().photoKept());
    assertTrue(at(NOON).get(account, young).await().photoKept());
  }

  private Prediction add(Instant when, Inference inference) {
    return at(when).add(account, "p.jpg", inference, null).await();
  }

  private List<UUID> ids(Filter filter) {
    return at(NOON).list(account, filter, null, 10).await().stream().map(Prediction::id).toList();
  }

  private static Predictions at(Instant now) {
    return new Predictions(pool, KeptPhoto.COPY, clock(now));
  }

  private static Trash trash() {
    return new Trash(vertx, pool);
  }

  private static Clock clock(Instant now) {
    return Clock.fixed(now, ZoneOffset.UTC);
  }

  private static void notFound(Runnable call) {
    assertThrows(Failure.NotFound.class, call::run);
  }

  private static UUID newAccount() {
    UUID id = Ids.next();
    pool.preparedQuery(
            """
            INSERT INTO accounts (id, username, email, first_name, last_name, password_hash, role,
              tokens_valid_after, created_at)
            VALUES ($1, $2, $3, 'A', 'B', '-', 'user', now(), now())
            """)
        .execute(Tuple.of(id, "u" + id, id + "@example.org"))
        .await();
    return id;
  }
}
