package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.platform.Database;
import dev.marque.platform.LoggedEvents;
import dev.marque.platform.TestDatabase;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests the deletion of expired rows on a real PostgreSQL. */
@Timeout(60)
class CleanupTest {

  private static final Client CLIENT = new Client("192.0.2.1", "a browser");

  private final Vertx vertx = Vertx.vertx();
  private final Database database = Database.open(vertx, TestDatabase.fresh());
  private final Pool pool = database.pool();
  private final MovableClock clock = new MovableClock();
  private final Audit audit = new Audit(clock);
  private final Sessions sessions =
      new Sessions(
          pool,
          new Tokens(vertx, List.of(SigningKey.generate()), "marque", clock),
          audit,
          new LiveSessions(vertx, pool, clock),
          clock);
  private final SignInLimits limits = new SignInLimits(pool, clock);
  private final PersonalTokens tokens = new PersonalTokens(pool, audit, clock);
  private final Accounts accounts = new Accounts(clock);

  private Account account;

  @BeforeEach
  void createAccount() {
    account =
        accounts.insert(pool, new Profile("ada", "", "Ada", "Lovelace"), Role.USER, "-").await();
  }

  @AfterEach
  void close() {
    database.close().await();
    vertx.close().await();
  }

  private Cleanup start() {
    Cleanup cleanup =
        new Cleanup(vertx, sessions, limits, tokens, new AuditRetention(pool, audit, 0));
    cleanup.start();
    return cleanup;
  }

  private long count(String table) {
    String count = "SELECT count(*) FROM " + table;
    return pool.query(count).execute().await().iterator().next().getLong(0);
  }

  private void awaitEmpty(String table) {
    while (count(table) > 0) {
      Thread.onSpinWait();
    }
  }

  private void awaitOne(String table) {
    while (count(table) == 0) {
      Thread.onSpinWait();
    }
  }

  private void createSessionTokenAndFailure() {
    sessions.begin(pool, account, false, CLIENT).await();
    User user = new User(account.id(), account.username(), Role.USER, User.NO_SESSION);
    tokens.create(user, "script", 1, CLIENT).await();
    limits.begin("ada", "192.0.2.1").await();
  }

  /** Lets two days pass for all rows. */
  private void age() {
    pool.query(
            """
            UPDATE sessions SET idle_expires_at = idle_expires_at - interval '2 days',
                                expires_at = expires_at - interval '2 days';
            UPDATE personal_tokens SET expires_at = expires_at - interval '2 days';
            UPDATE sign_in_failures SET last_at = last_at - interval '2 days'
            """)
        .execute()
        .await();
  }

  @Test
  void only_expired_rows_are_deleted_at_the_start() {
    createSessionTokenAndFailure();
    age();
    sessions.begin(pool, account, false, CLIENT).await();
    start();
    awaitEmpty("personal_tokens");
    awaitEmpty("sign_in_failures");
    awaitEmpty("sessions WHERE expires_at < now()");
    assertEquals(1, count("sessions"), "the new one");
  }

  @Test
  void a_node_whose_clock_is_ahead_deletes_nothing_that_others_consider_valid() {
    createSessionTokenAndFailure();
    clock.advance(Duration.ofDays(400));
    assertEquals(0, sessions.deleteExpired().await());
    assertEquals(0, tokens.deleteExpired().await());
    assertEquals(0, limits.deleteExpired().await());
  }

  @Test
  void a_failure_to_delete_sessions_does_not_prevent_the_other_deletions() {
    createSessionTokenAndFailure();
    age();
    pool.query(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              RAISE EXCEPTION 'refused';
            END $$;
            CREATE TRIGGER stuck BEFORE DELETE ON sessions EXECUTE FUNCTION refuse()
            """)
        .execute()
        .await();
    start();
    awaitEmpty("personal_tokens");
    awaitEmpty("sign_in_failures");
    assertEquals(1, count("sessions"));
  }

  @Test
  void a_deletion_interrupted_by_the_shutdown_logs_nothing() {
    try (LoggedEvents events = new LoggedEvents(Cleanup.class)) {
      SqlConnection other = pool.getConnection().await();
      other.query("BEGIN; LOCK TABLE sessions").execute().await();
      Cleanup cleanup = start();
      awaitOne("pg_locks WHERE NOT granted AND relation = 'sessions'::regclass");
      cleanup.close();
      database.close().await();
      assertTrue(events.isEmpty());
    }
  }

  @Test
  void any_number_of_sessions_is_deleted_in_chunks() {
    sessions.begin(pool, account, false, CLIENT).await();
    pool.query(
            """
            INSERT INTO sessions (id, account_id, created_at, last_used_at, idle_expires_at,
                                  expires_at, remember, user_agent, address)
            SELECT gen_random_uuid(), account_id, created_at, last_used_at, idle_expires_at,
                   expires_at, remember, user_agent, address
              FROM sessions, generate_series(1, 2499);
            CREATE FUNCTION bounded() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF (SELECT count(*) FROM gone) > 1000 THEN
                RAISE EXCEPTION 'too many at once';
              END IF;
              RETURN NULL;
            END $$;
            CREATE TRIGGER bounded AFTER DELETE ON sessions REFERENCING OLD TABLE AS gone
              FOR EACH STATEMENT EXECUTE FUNCTION bounded()
            """)
        .execute()
        .await();
    age();
    assertEquals(2500, sessions.deleteExpired().await());
  }
}
