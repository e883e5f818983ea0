package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.web.Failure;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests sign-ins during which the account changes, on a real PostgreSQL. */
@Timeout(60)
class SignInTest {

  private static final Client CLIENT = new Client("192.0.2.1", "a browser");
  private static final String PASSWORD = "correct horse battery";

  private static PasswordWorker worker;
  private static Vertx vertx;
  private static Pool pool;
  private static Passwords passwords;

  private final MovableClock clock = new MovableClock();
  private final Accounts accounts = new Accounts(clock);
  private final Audit audit = new Audit(clock);
  private final Sessions sessions =
      new Sessions(
          pool,
          new Tokens(vertx, List.of(SigningKey.generate()), "marque", clock),
          audit,
          new LiveSessions(vertx, pool, clock),
          clock);
  private final SignInLimits limits = new SignInLimits(pool, clock);
  private final SignIn signIn =
      new SignIn(
          pool,
          accounts,
          passwords,
          limits,
          new SignInTurns(vertx, new SimpleMeterRegistry()),
          sessions,
          new Identities(pool, accounts, passwords, audit, clock),
          audit);

  @BeforeAll
  static void open() {
    worker = new PasswordWorker();
    vertx = worker.vertx;
    pool = worker.pool;
    passwords = worker.passwords;
  }

  @AfterAll
  static void close() {
    worker.close();
  }

  private Account newAccount() {
    Profile profile = new Profile(ClockedServer.newName(), "", "Ada", "Lovelace");
    String hash = passwords.hash(PASSWORD).await();
    Account account = accounts.insert(pool, profile, Role.USER, hash).await();
    clock.advance(Duration.ofSeconds(1));
    return account;
  }

  private Optional<Grant> begin(Account account) {
    return signIn.begin(account, false, CLIENT).await();
  }

  @Test
  void a_sign_in_with_the_old_password_fails_if_the_password_changes_meanwhile() {
    Account account = newAccount();
    SqlConnection other = pool.getConnection().await();
    other.query("BEGIN").execute().await();
    accounts.changePassword(other, account.id(), "another").await();

    Future<Optional<Grant>> late = signIn.signIn(account.username(), PASSWORD, false, CLIENT);
    awaitWaitingForRow(late);
    other.query("COMMIT").execute().await();
    other.close().await();

    assertEquals(Optional.empty(), late.await());
    assertEquals(0, sessions.count(account.id()).await());
  }

  /** Waits until the sign-in has verified the password and waits for the change to be committed. */
  private static void awaitWaitingForRow(Future<?> late) {
    String waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";
    while (!late.isComplete()
        && pool.query(waiting).execute().await().iterator().next().getLong(0) == 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void guesses_of_others_do_not_prevent_a_signed_in_person_from_confirming_the_password() {
    Account account = newAccount();
    User owner = begin(account).orElseThrow().user();
    for (int i = 0; i < 100; i++) {
      limits.failed(limits.begin(account.username(), "198.51.100." + i).await()).await();
    }
    assertThrows(
        Failure.TooManyRequests.class,
        () -> signIn.signIn(account.username(), PASSWORD, false, CLIENT).await());
    signIn.confirm(owner, PASSWORD, CLIENT).await();
    assertThrows(
        Failure.Forbidden.class, () -> signIn.confirm(owner, "not " + PASSWORD, CLIENT).await());
  }

  @Test
  void no_session_starts_for_an_account_changed_since_it_was_read() {
    Account account = newAccount();
    assertTrue(begin(account).isPresent());
    accounts.changePassword(pool, account.id(), "another").await();
    assertEquals(Optional.empty(), begin(account));

    Account disabled = accounts.changeDisabled(pool, account.id(), true).await();
    assertEquals(Optional.empty(), begin(disabled));
    clock.advance(Duration.ofSeconds(1));
    Account enabled = accounts.changeDisabled(pool, account.id(), false).await();
    assertEquals(Optional.empty(), begin(disabled));
    assertTrue(begin(enabled).isPresent());
  }

  @Test
  void a_sign_in_at_a_provider_to_a_disabled_account_is_refused_and_recorded() {
    Account account = newAccount();
    assertTrue(signIn.beginExternally(account, CLIENT).await().isPresent());
    Account disabled = accounts.changeDisabled(pool, account.id(), true).await();
    assertEquals(Optional.empty(), signIn.beginExternally(disabled, CLIENT).await());
    assertEquals("sign_in_refused", audit.of(pool, account.id()).await().get(0).event());
  }

  @Test
  void rehashing_during_a_sign_in_does_not_count_as_a_password_change() {
    Account account = newAccount();
    String hash = accounts.passwordHash(pool, account.id()).await();
    accounts.replaceHash(pool, account.id(), hash, passwords.hash(PASSWORD).await()).await();
    assertTrue(begin(account).isPresent());
  }
}
