package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.vertx.sqlclient.Pool;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tests what the audit log records about new accounts, on a real PostgreSQL. */
class RegistrationTest {

  private static final String PASSWORD = "correct horse battery";
  private static final Client CLIENT = new Client("192.0.2.1", "a browser");

  private static PasswordWorker worker;
  private static Pool pool;
  private static Passwords passwords;

  private final MovableClock clock = new MovableClock();
  private final Accounts accounts = new Accounts(clock);
  private final Audit audit = new Audit(clock);
  private final Registration registration =
      new Registration(
          pool,
          accounts,
          passwords,
          new FieldRules(),
          audit,
          new SetupLinks(pool, accounts, clock));
  private final Identities identities = new Identities(pool, accounts, passwords, audit, clock);
  private final String username = ClockedServer.newName();
  private final Profile profile = new Profile(username, "", "Ada", "Lovelace");

  @BeforeAll
  static void open() {
    worker = new PasswordWorker();
    pool = worker.pool;
    passwords = worker.passwords;
  }

  @AfterAll
  static void close() {
    worker.close();
  }

  private @Nullable String detailOfSignUp(Account account) {
    AuditEntry only = audit.of(pool, account.id()).await().get(0);
    assertEquals("signed_up", only.event());
    return only.detail();
  }

  @Test
  void an_administrator_created_on_the_command_line_is_audited_as_one() {
    assertEquals("admin", detailOfSignUp(registration.add(profile, PASSWORD, Role.ADMIN).await()));
  }

  @Test
  void a_user_created_on_the_command_line_is_audited_as_a_user() {
    assertNull(detailOfSignUp(registration.add(profile, PASSWORD, Role.USER).await()));
  }

  @Test
  void an_administrator_from_the_provider_is_audited_as_one() {
    String subject = UUID.randomUUID().toString();
    Account created =
        identities.add("https://login.example", subject, profile, Role.ADMIN, CLIENT).await();
    assertEquals("admin", detailOfSignUp(created));
  }
}
