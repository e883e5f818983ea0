package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.marque.platform.Database;
import dev.marque.platform.TestDatabase;
import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tokens that are made while the account changes, on a real PostgreSQL. */
@Timeout(60)
class PersonalTokensTest {

  private static final Client CLIENT = new Client("192.0.2.1", "a browser");

  private static Vertx vertx;
  private static Database database;
  private static Pool pool;

  private final MovableClock clock = new MovableClock();
  private final Accounts accounts = new Accounts(clock);
  private final Audit audit = new Audit(clock);
  private final PersonalTokens tokens = new PersonalTokens(pool, audit, clock);
  private final Sessions sessions =
      new Sessions(
          pool,
          new Tokens(vertx, List.of(SigningKey.generate()), "marque", clock),
          audit,
          new LiveSessions(vertx, pool, clock),
          clock);
  private final Account account =
      accounts
          .insert(
              pool,
              new Profile(ClockedServer.newName(), "", "Ada", "Lovelace"),
              Role.USER,
              "a hash")
          .await();

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    database = Database.open(vertx, TestDatabase.fresh());
    pool = database.pool();
  }

  @AfterAll
  static void close() {
    database.close().await();
    vertx.close().await();
  }

  private User signedIn() {
    return sessions.begin(pool, account, false, CLIENT).await().user();
  }

  private User signedInByProxy() {
    return new User(account.id(), account.username(), account.role(), User.NO_SESSION);
  }

  /** A token that somebody asks for who was let in just before a change is committed. */
  private Future<NewPersonalToken> makeDuring(Consumer<SqlConnection> change, User owner) {
    SqlConnection other = pool.getConnection().await();
    other.query("BEGIN").execute().await();
    change.accept(other);
    Future<NewPersonalToken> made = tokens.create(owner, "late", 7, CLIENT);
    awaitSomebodyWaitingForRow(made);
    other.query("COMMIT").execute().await();
    other.close().await();
    return made;
  }

  private static void awaitSomebodyWaitingForRow(Future<?> late) {
    String waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";
    while (!late.isComplete()
        && pool.query(waiting).execute().await().iterator().next().getLong(0) == 0) {
      Thread.onSpinWait();
    }
  }

  private void changePassword(SqlConnection sql, User kept) {
    accounts.changePassword(sql, account.id(), "another hash").await();
    sessions.endOthers(sql, account.id(), kept.session()).await();
    tokens.revokeAll(sql, account.id()).await();
  }

  @Test
  void a_session_that_another_password_ends_makes_no_token_afterwards() {
    User owner = signedIn();
    User thief = signedIn();
    Future<NewPersonalToken> late = makeDuring(sql -> changePassword(sql, owner), thief);
    assertThrows(Failure.NotSignedIn.class, late::await);
    assertEquals(List.of(), tokens.of(account.id()).await());
  }

  @Test
  void an_account_that_is_disabled_meanwhile_gets_no_token() {
    Future<NewPersonalToken> late =
        makeDuring(
            sql -> accounts.changeDisabled(sql, account.id(), true).await(), signedInByProxy());
    assertThrows(Failure.NotSignedIn.class, late::await);
    assertEquals(List.of(), tokens.of(account.id()).await());
  }

  @Test
  void whoever_a_proxy_signs_in_has_no_session_and_makes_tokens_all_the_same() {
    tokens.create(signedInByProxy(), "import", 7, CLIENT).await();
    assertEquals(1, tokens.of(account.id()).await().size());
  }
}
