package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.marque.platform.Database;
import dev.marque.platform.TestDatabase;
import dev.marque.web.Failure;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The slow-down of guessing, on a real PostgreSQL. */
class SignInLimitsTest {

  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-11-23T12:00:00Z"), ZoneOffset.UTC);

  private static Vertx vertx;
  private static Database database;

  private final SignInLimits limits = new SignInLimits(database.pool(), NOON);

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

  private void guess(String username, String address, int times) {
    for (int i = 0; i < times; i++) {
      limits.begin(username, address).otherwiseEmpty().await();
    }
  }

  @Test
  void after_ten_failures_the_same_name_and_address_must_wait() {
    guess("ada", "192.0.2.1", 10);
    assertThrows(Failure.TooManyRequests.class, () -> limits.begin("ada", "192.0.2.1").await());
  }

  @Test
  void only_the_tenth_failure_is_the_one_that_begins_the_slowing() {
    for (int tries = 1; tries <= 10; tries++) {
      assertEquals(tries == 10, limits.begin("barbara", "192.0.2.5").await(), "try " + tries);
    }
  }

  @Test
  void one_address_cannot_lock_an_account_for_the_others() {
    guess("grace", "192.0.2.2", 200);
    assertDoesNotThrow(() -> limits.begin("grace", "192.0.2.3").await());
  }

  @Test
  void a_success_forgets_the_failures_of_this_name_and_address() {
    guess("edsger", "192.0.2.4", 9);
    limits.succeeded("edsger", "192.0.2.4").await();
    guess("edsger", "192.0.2.4", 9);
    assertDoesNotThrow(() -> limits.begin("edsger", "192.0.2.4").await());
  }
}
