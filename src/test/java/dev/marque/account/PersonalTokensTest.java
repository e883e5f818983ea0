package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.marque.platform.Database;
import dev.marque.platform.TestDatabase;
import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests the creation of tokens while the account or its tokens change, on a real PostgreSQL. */
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

  /** Creates a token for a user who was authenticated just before a change is committed. */
  private Future<NewPersonalToken> createDuring(Consumer<SqlConnection> change, User owner) {
    SqlConnection other = pool.getConnection().await();
    other.query("BEGIN").execute().await();
    change.accept(other);
    Future<NewPersonalToken> created = tokens.create(owner, "late", 7, CLIENT);
    awaitWaitingForRow(created);
    other.query("COMMIT").execute().await();
    other.close().await();
    return created;
  }

  private static void awaitWaitingForRow(Future<?> late) {
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
  void a_session_ended_by_a_password_change_creates_no_token_afterwards() {
    User owner = signedIn();
    User thief = signedIn();
    Future<NewPersonalToken> late = createDuring(sql -> changePassword(sql, owner), thief);
    assertThrows(Failure.NotSignedIn.class, late::await);
    assertEquals(List.of(), tokens.of(account.id()).await());
  }

  @Test
  void an_account_disabled_in_the_meantime_gets_no_token() {
    Future<NewPersonalToken> late =
        createDuring(
            sql -> accounts.changeDisabled(sql, account.id(), true).await(), signedInByProxy());
    assertThrows(Failure.NotSignedIn.class, late::await);
    assertEquals(List.of(), tokens.of(account.id()).await());
  }

  @Test
  void a_person_signed_in_by_a_proxy_creates_tokens_without_a_session() {
    tokens.create(signedInByProxy(), "import", 7, CLIENT).await();
    assertEquals(1, tokens.of(account.id()).await().size());
  }

  @Test
  void an_account_has_at_most_fifty_tokens_even_if_several_are_created_at_once() {
    tokens.create(signedInByProxy(), "expired", 1, CLIENT).await();
    clock.advance(Duration.ofDays(2));
    for (int i = 0; i < 49; i++) {
      tokens.create(signedInByProxy(), "script", 7, CLIENT).await();
    }
    List<Future<NewPersonalToken>> more =
        Stream.generate(() -> tokens.create(signedInByProxy(), "script", 7, CLIENT))
            .limit(3)
            .toList();
    Future.join(more).otherwiseEmpty().await();
    List<String> refused =
        more.stream()
            .filter(Future::failed)
            .map(each -> assertInstanceOf(Failure.Conflict.class, each.cause()).type())
            .toList();
    assertEquals(List.of("too-many-tokens", "too-many-tokens"), refused);
    assertEquals(50, tokens.of(account.id()).await().size());
  }
}
