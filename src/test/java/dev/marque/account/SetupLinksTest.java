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

/** The way to the first administrator, on a real PostgreSQL. */
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

  private void assertOver(String token) {
    assertThrows(Failure.NotFound.class, () -> links.check(token).await());
    assertThrows(Failure.NotFound.class, () -> links.use(pool, token).await());
  }

  @Test
  void a_link_is_good_for_a_day() {
    String token = links.offer().await().orElseThrow();
    clock.advance(Duration.ofDays(1).minusSeconds(1));
    links.check(token).await();
    clock.advance(Duration.ofSeconds(1));
    assertOver(token);
  }

  @Test
  void a_link_is_good_once_and_ends_every_other() {
    String other = links.offer().await().orElseThrow();
    String token = links.offer().await().orElseThrow();
    links.use(pool, token).await();
    assertOver(token);
    assertOver(other);
  }

  @Test
  void nobody_is_offered_one_nor_uses_one_where_somebody_administers() {
    String token = links.offer().await().orElseThrow();
    Profile profile = new Profile("root", "", "Root", "Admin");
    accounts.insert(pool, profile, Role.ADMIN, "a hash").await();
    assertEquals(Optional.empty(), links.offer().await());
    assertOver(token);
  }

  @Test
  void a_guess_opens_nothing() {
    links.offer().await();
    assertOver(SecretToken.generate());
    assertOver("");
  }
}
