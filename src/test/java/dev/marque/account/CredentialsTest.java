package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.platform.Database;
import dev.marque.platform.TestDatabase;
import dev.marque.web.Failure;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.ext.auth.hashing.HashingStrategy;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Verifies passwords on a real PostgreSQL. */
class CredentialsTest {

  private static final String PASSWORD = "correct horse battery";
  private static final Map<String, String> WEAKER = Map.of("m", "1024", "t", "1", "p", "1");
  private static final int MAX_WAITING = 32;

  private static final Accounts ACCOUNTS = new Accounts(new MovableClock());
  private static final SimpleMeterRegistry METERS = new SimpleMeterRegistry();

  private static Vertx vertx;
  private static Database database;
  private static Pool pool;
  private static Passwords passwords;

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    database = Database.open(vertx, TestDatabase.fresh());
    pool = database.pool();
    passwords = new Passwords(vertx, METERS, 1);
    vertx
        .deployVerticle(
            new Credentials(pool, ACCOUNTS),
            new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER))
        .await();
  }

  @AfterAll
  static void close() {
    database.close().await();
    vertx.close().await();
  }

  private static Account account(String username, String hash) {
    Profile profile = new Profile(username, "", "Ada", "Lovelace");
    return ACCOUNTS.insert(pool, profile, Role.USER, hash).await();
  }

  @Test
  void a_hash_with_weaker_parameters_is_replaced_once_the_password_was_verified() {
    String weak = HashingStrategy.load().hash(Argon2id.ID, WEAKER, "c29tZSBzYWx0Li4u", PASSWORD);
    Account account = account("weak", weak);
    assertFalse(passwords.verify("weak", "not the one").await());
    assertEquals(weak, ACCOUNTS.passwordHash(pool, account.id()).await());

    assertTrue(passwords.verify("weak", PASSWORD).await());
    String stored = ACCOUNTS.passwordHash(pool, account.id()).await();
    assertTrue(Argon2id.isOutdated(weak) && !Argon2id.isOutdated(stored), stored);
    assertTrue(passwords.verify("weak", PASSWORD).await(), "it is still the password");
    assertEquals(stored, ACCOUNTS.passwordHash(pool, account.id()).await());
  }

  /** Some keyboards send an accented letter as one character, others as two. */
  @Test
  void a_password_is_the_same_however_its_letters_were_composed() {
    String decomposed = "cafe\u0301 con leche";
    account("composer", passwords.hash(decomposed).await());
    assertTrue(passwords.verify("composer", "caf\u00e9 con leche").await());
    assertTrue(passwords.verify("composer", decomposed).await());
    assertFalse(passwords.verify("composer", "cafe con leche").await());
  }

  @Test
  @Timeout(60)
  void a_full_queue_rejects_requests_at_once() {
    account("busy", passwords.hash(PASSWORD).await());
    SqlConnection holder = pool.getConnection().await();
    holder.query("BEGIN; LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE").execute().await();
    List<Future<Boolean>> waiting = new ArrayList<>();
    for (int i = 0; i < MAX_WAITING; i++) {
      waiting.add(passwords.verify("busy", PASSWORD));
    }
    Failure.Unavailable refused =
        assertThrows(Failure.Unavailable.class, () -> passwords.verify("busy", PASSWORD).await());
    assertEquals("busy", refused.type());
    assertTrue(refused.retryAfter().orElseThrow().toSeconds() >= 1);
    assertEquals(1, METERS.counter("marque.credentials.rejected").count());

    holder.query("COMMIT").execute().await();
    holder.close().await();
    waiting.forEach(each -> assertTrue(each.await()));
    assertTrue(passwords.verify("busy", PASSWORD).await(), "the queue has capacity again");
  }

  @Test
  @Timeout(60)
  void sign_ups_never_fill_the_queue_for_sign_ins() {
    account("owner", passwords.hash(PASSWORD).await());
    Passwords queue = new Passwords(vertx, new SimpleMeterRegistry(), 1);
    List<Future<String>> signUps =
        Stream.generate(() -> queue.hashForSignUp(PASSWORD)).limit(2 * MAX_WAITING).toList();
    assertTrue(queue.verify("owner", PASSWORD).await());
    assertTrue(signUps.get(2 * MAX_WAITING - 1).failed(), "sign-ups have a limit of their own");
    signUps.get(0).await();
  }
}
