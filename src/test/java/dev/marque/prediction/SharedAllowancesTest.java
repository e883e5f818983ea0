package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.platform.Database;
import dev.marque.platform.TestDatabase;
import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests two web nodes that share their allowances in a database. */
class SharedAllowancesTest {

  private static Vertx vertx;
  private static Database database;

  private final PredictionLimits one = node();
  private final PredictionLimits other = node();
  private final UUID account = UUID.randomUUID();

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    database = Database.open(vertx, TestDatabase.fresh());
  }

  @AfterAll
  static void close() {
    database.close().await();
    vertx.close().await();
  }

  private static PredictionLimits node() {
    return new PredictionLimits(6, System::nanoTime, new SharedAllowances(database.pool()));
  }

  @BeforeEach
  void createAccount() {
    database
        .pool()
        .preparedQuery(
            """
            INSERT INTO accounts (id, username, email, first_name, last_name, password_hash, role,
              tokens_valid_after, created_at)
            VALUES ($1, $2, $2, 'Ada', 'Lovelace', 'x', 'user', now(), now())
            """)
        .execute(Tuple.of(account, account.toString()))
        .await();
  }

  /** Refilling one prediction takes ten seconds, longer than this test. */
  @Test
  void predictions_taken_on_one_node_are_missing_on_the_other() {
    List<Future<Void>> taken =
        IntStream.range(0, 9)
            .mapToObj(i -> (i % 2 == 0 ? one : other).acquire(account).otherwiseEmpty())
            .toList();
    Future.join(taken).await();
    Failure.TooManyRequests refused =
        assertThrows(Failure.TooManyRequests.class, () -> other.acquire(account).await());
    long wait = refused.retryAfter().orElseThrow().toSeconds();
    assertTrue(wait <= 10, wait + " s");
  }

  @Test
  void concurrent_requests_cannot_exceed_the_allowance_of_a_minute() {
    List<Future<Boolean>> attempts =
        IntStream.range(0, 20)
            .mapToObj(i -> (i % 2 == 0 ? one : other).acquire(account).map(true).otherwise(false))
            .toList();
    Future.join(attempts).await();
    assertEquals(6, attempts.stream().filter(Future::result).count());
  }

  @Test
  void a_request_of_a_deleted_account_fails_as_not_signed_in() {
    UUID gone = UUID.randomUUID();
    assertThrows(Failure.NotSignedIn.class, () -> one.acquire(gone).await());
  }

  @Test
  void a_clock_that_is_set_back_refuses_nothing() {
    one.acquire(account).await();
    database
        .pool()
        .preparedQuery(
            "UPDATE prediction_allowances SET counted_at = now() + interval '1 hour'"
                + " WHERE account_id = $1")
        .execute(Tuple.of(account))
        .await();
    one.acquire(account).await();
  }

  @Test
  void a_refunded_prediction_can_be_taken_on_the_other_node() {
    Future.join(IntStream.range(0, 6).mapToObj(i -> one.acquire(account)).toList()).await();
    assertThrows(Failure.TooManyRequests.class, () -> other.acquire(account).await());
    one.refund(account).await();
    other.acquire(account).await();
  }
}
