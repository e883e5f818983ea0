package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.marque.platform.Database;
import dev.marque.platform.TestDatabase;
import dev.marque.web.Failure;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the setup links for the first administrator, on a real PostgreSQL. */
class SetupLinksTest {

  private final MovableClock clock = new MovableClock();
  private final Accounts accounts = new Accounts(clock);
  private final Vertx vertx = Vertx.vertx();
  private Database database;
  private Pool pool;
  private SetupLinks links;

  @BeforeEach
  void open() {
    database = Database.open(vertx, TestDatabase.fresh());
    pool = database.pool();
    links = new SetupLinks(pool, accounts, clock);
  }

  @AfterEach
  void close() {
    database.close().await();
    vertx.close().await();
  }

  private void assertInvalid(String token) {
    assertThrows(Failure.NotFound.class, () -> links.check(token).await());
    assertThrows(Failure.NotFound.class, () -> links.use(pool, token).await());
  }

  @Test
  void a_link_is_valid_for_a_day() {
    String token = links.offer().await().orElseThrow();
    clock.advance(Duration.ofDays(1).minusSeconds(1));
    links.check(token).await();
    clock.advance(Duration.ofSeconds(1));
    assertInvalid(token);
  }

  @Test
  void a_link_is_valid_once_and_invalidates_the_others() {
    String other = links.offer().await().orElseThrow();
    String token = links.offer().await().orElseThrow();
    links.use(pool, token).await();
    assertInvalid(token);
    assertInvalid(other);
  }

  @Test
  void links_are_neither_offered_nor_valid_once_there_is_an_administrator() {
    String token = links.offer().await().orElseThrow();
    Profile profile = new Profile("root", "", "Root", "Admin");
    accounts.insert(pool, profile, Role.ADMIN, "a hash").await();
    assertEquals(Optional.empty(), links.offer().await());
    assertInvalid(token);
  }

  @Test
  void a_guessed_token_is_invalid() {
    links.offer().await();
    assertInvalid(SecretToken.generate());
    assertInvalid("");
  }
}
