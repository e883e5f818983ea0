package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.platform.Database;
import dev.marque.platform.TestDatabase;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests sessions on a real PostgreSQL whose commits can be delayed. */
class SessionsTest {

  private static final Client CLIENT = new Client("192.0.2.1", "a browser");

  /** While this lock is held, a transaction that ended a session cannot commit. */
  private static final long COMMIT_LOCK = 4711;

  private static Vertx vertx;
  private static Database database;
  private static Pool pool;

  private final MovableClock clock = new MovableClock();
  private final Tokens tokens = new Tokens(vertx, List.of(SigningKey.generate()), "marque", clock);
  private final LiveSessions live = new LiveSessions(vertx, pool, clock);
  private final Sessions sessions = new Sessions(pool, tokens, new Audit(clock), live, clock);

  @BeforeAll
  static void open() {
    vertx = Vertx.vertx();
    database = Database.open(vertx, TestDatabase.fresh());
    pool = database.pool();
    pool.query(
            """
            CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              PERFORM pg_advisory_xact_lock(%d);
              RETURN NULL;
            END $$;
            CREATE CONSTRAINT TRIGGER slow_commit AFTER DELETE ON sessions
              DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_at_commit()
            """
                .formatted(COMMIT_LOCK))
        .execute()
        .await();
  }

  @AfterAll
  static void close() {
    database.close().await();
    vertx.close().await();
  }

  private Grant signedIn() {
    Profile profile = new Profile("ada" + System.nanoTime(), "", "Ada", "Lovelace");
    Account account = new Accounts(clock).insert(pool, profile, Role.USER, "-").await();
    return sessions.begin(pool, account, false, CLIENT).await();
  }

  @Test
  void the_page_lists_the_latest_sessions_and_the_export_all() {
    Grant grant = signedIn();
    User user = find(grant.accessToken()).orElseThrow();
    pool.query(
            """
            INSERT INTO sessions
            SELECT gen_random_uuid(), account_id, created_at, last_used_at, idle_expires_at,
                expires_at, remember, user_agent, address
              FROM sessions, generate_series(1, 250) WHERE id = '%s'
            """
                .formatted(user.session()))
        .execute()
        .await();
    assertEquals(251, sessions.all(user.id(), user.session()).await().size());
    assertEquals(200, sessions.latest(user.id(), user.session()).await().size());
  }

  private Optional<User> find(String accessToken) {
    return live.find(tokens.read(accessToken).await().orElseThrow()).await();
  }

  private static void awaitWaitingForCommit() {
    String waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
    while (pool.query(waiting).execute().await().iterator().next().getLong(0) == 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  @Timeout(60)
  void a_session_read_before_the_commit_that_ends_it_is_not_cached() {
    Grant stolen = signedIn();
    Grant owners = sessions.refresh(stolen.refreshToken(), CLIENT).await().orElseThrow();
    clock.advance(Sessions.GRACE.plusSeconds(1));

    SqlConnection holder = pool.getConnection().await();
    String lock = "SELECT pg_advisory_lock(%d)".formatted(COMMIT_LOCK);
    holder.query(lock).execute().await();
    Future<Optional<Grant>> reuse = sessions.refresh(stolen.refreshToken(), CLIENT);
    awaitWaitingForCommit();
    assertTrue(find(owners.accessToken()).isPresent(), "not committed: still active");
    holder.query(lock.replace("_lock", "_unlock")).execute().await();
    holder.close().await();

    assertEquals(Optional.empty(), reuse.await());
    assertEquals(Optional.empty(), find(owners.accessToken()));
  }

  @Test
  void a_session_ends_after_too_many_refreshes() {
    Grant first = signedIn();
    pool.preparedQuery(
            """
            INSERT INTO refresh_tokens
            SELECT sha256(n::text::bytea), $1, now(), now() FROM generate_series(3, $2) AS n
            """)
        .execute(Tuple.of(first.user().session(), Sessions.MAX_TOKENS))
        .await();
    Grant last = sessions.refresh(first.refreshToken(), CLIENT).await().orElseThrow();
    assertEquals(Optional.empty(), sessions.refresh(last.refreshToken(), CLIENT).await());
    assertEquals(Optional.empty(), find(last.accessToken()));
  }

  @Test
  void a_refresh_deletes_an_expired_session() {
    Grant grant = signedIn();
    clock.advance(Sessions.IDLE.plus(Duration.ofSeconds(1)));
    assertEquals(Optional.empty(), sessions.refresh(grant.refreshToken(), CLIENT).await());
    String count = "SELECT count(*) FROM sessions WHERE id = '%s'";
    assertEquals(
        0L,
        pool.query(count.formatted(grant.user().session()))
            .execute()
            .await()
            .iterator()
            .next()
            .getLong(0));
  }
}
