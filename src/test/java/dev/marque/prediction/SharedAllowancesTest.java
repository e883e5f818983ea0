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

/** Two web nodes that count in one database. */
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
  void someone() {
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

  /** A prediction fills again in ten seconds, which no test takes. */
  @Test
  void what_was_taken_at_one_node_is_gone_at_the_other() {
    List<Future<Void>> taken =
        IntStream.range(0, 9)
            .mapToObj(i -> (i % 2 == 0 ? one : other).request(account).otherwiseEmpty())
            .toList();
    Future.join(taken).await();
    Failure.TooManyRequests refused =
        assertThrows(Failure.TooManyRequests.class, () -> other.request(account).await());
    long wait = refused.retryAfter().orElseThrow().toSeconds();
    assertTrue(wait <= 10, wait + " s");
  }

  @Test
  void no_more_than_a_minutes_worth_is_given_however_many_ask_at_once() {
    List<Future<Boolean>> tries =
        IntStream.range(0, 20)
            .mapToObj(i -> (i % 2 == 0 ? one : other).request(account).map(true).otherwise(false))
            .toList();
    Future.join(tries).await();
    assertEquals(6, tries.stream().filter(Future::result).count());
  }

  @Test
  void whose_account_is_deleted_meanwhile_is_not_signed_in() {
    UUID gone = UUID.randomUUID();
    assertThrows(Failure.NotSignedIn.class, () -> one.request(gone).await());
  }

  @Test
  void what_is_given_back_can_be_taken_at_the_other_node() {
    Future.join(IntStream.range(0, 6).mapToObj(i -> one.request(account)).toList()).await();
    assertThrows(Failure.TooManyRequests.class, () -> other.request(account).await());
    one.giveBack(account).await();
    other.request(account).await();
  }
}
