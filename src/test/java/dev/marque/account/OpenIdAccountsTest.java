package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.marque.platform.Database;
import dev.marque.platform.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests repeated sign-ins at a provider, on a real PostgreSQL. */
class OpenIdAccountsTest {

  private static final String ISSUER = "https://login.example";
  private static final Client CLIENT = new Client("192.0.2.1", "a browser");

  private final Vertx vertx = Vertx.vertx();
  private final Database database = Database.open(vertx, TestDatabase.fresh());
  private final Pool pool = database.pool();
  private final MovableClock clock = new MovableClock();
  private final Audit audit = new Audit(clock);
  private final Accounts accounts = new Accounts(clock);
  private final Tokens tokens = new Tokens(vertx, List.of(SigningKey.generate()), "marque", clock);
  private final Passwords passwords = new Passwords(vertx, new SimpleMeterRegistry(), 1);
  private final OpenIdAccounts openIdAccounts =
      new OpenIdAccounts(
          pool,
          accounts,
          new Identities(pool, accounts, passwords, audit, clock),
          new Sessions(pool, tokens, audit, new LiveSessions(vertx, pool, clock), clock),
          audit);

  private Account ada;

  @BeforeEach
  void createAdministratorOfProvider() {
    ada = administrator("ada");
    pool.preparedQuery("INSERT INTO identities VALUES ($1, 'subject-of-ada', $2, now())")
        .execute(Tuple.of(ISSUER, ada.id()))
        .await();
  }

  @AfterEach
  void close() {
    database.close().await();
    vertx.close().await();
  }

  private Account administrator(String username) {
    Profile profile = new Profile(username, "", "Ada", "Lovelace");
    return accounts.insert(pool, profile, Role.ADMIN, "-").await();
  }

  private Role signInAs(Role role) {
    Profile profile = new Profile("ada", "", "Ada", "Lovelace");
    OpenIdPerson person = new OpenIdPerson("subject-of-ada", profile, Optional.of(role));
    return openIdAccounts.of(ISSUER, person, CLIENT).await().role();
  }

  private String lastEvent() {
    return audit.of(pool, ada.id()).await().get(0).event();
  }

  @Test
  void the_provider_revokes_the_role_of_an_administrator_if_there_is_another() {
    administrator("grace");
    assertEquals(Role.USER, signInAs(Role.USER));
    assertEquals("role_changed", lastEvent());
    assertEquals(Role.ADMIN, signInAs(Role.ADMIN));
  }

  @Test
  void the_last_administrator_keeps_the_role_despite_the_provider() {
    Account disabled = administrator("grace");
    accounts.changeDisabled(pool, disabled.id(), true).await();
    assertEquals(Role.ADMIN, signInAs(Role.USER));
    assertEquals(Role.ADMIN, accounts.byId(pool, ada.id()).await().orElseThrow().role());
    assertEquals("last_administrator_kept", lastEvent());
  }
}
