package dev.marque.account;

import static dev.marque.platform.Database.utc;

import dev.marque.platform.Chunks;
import dev.marque.platform.Ids;
import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Sessions and their refresh tokens (RFC 9700, section 4.14: rotation).
 *
 * <p>A refresh token is valid for one refresh, and again within 30 seconds of it: two tabs may
 * refresh at the same moment, and a response may be lost. The first use of a token marks all tokens
 * of the session issued so far as used. So if a thief and the owner both hold a copy, one of them
 * comes too late, and the session ends for both.
 */
final class Sessions {

  static final Duration GRACE = Duration.ofSeconds(30);
  static final Duration IDLE = Duration.ofMinutes(30);
  static final Duration ABSOLUTE = Duration.ofHours(12);
  static final Duration REMEMBERED = Duration.ofDays(30);

  /**
   * The number of refresh tokens after which a session ends. Each is kept as long as its session,
   * to detect the reuse of a stolen copy, and all are deleted with it in one statement. A refresh
   * every ten minutes makes 4,320 in 30 days.
   */
  static final int MAX_TOKENS = 20_000;

  /** Maximum sessions deleted in one statement, each with its refresh tokens. */
  private static final int CHUNK_SIZE = 10;

  /** As many sessions as a page can show. */
  private static final int MAX_LISTED = 200;

  private final Pool pool;
  private final Tokens tokens;
  private final Audit audit;
  private final LiveSessions live;
  private final Clock clock;

  Sessions(Pool pool, Tokens tokens, Audit audit, LiveSessions live, Clock clock) {
    this.pool = pool;
    this.tokens = tokens;
    this.audit = audit;
    this.live = live;
    this.clock = clock;
  }

  /** Starts a session for a person authenticated as the account's owner. */
  Future<Grant> begin(SqlClient sql, Account account, boolean remember, Client client) {
    UUID id = Ids.next();
    Instant now = clock.instant();
    Instant end = now.plus(remember ? REMEMBERED : ABSOLUTE);
    User user = new User(account.id(), account.username(), account.role(), id);
    return sql.preparedQuery(
            """
            INSERT INTO sessions (id, account_id, created_at, last_used_at, idle_expires_at,
                                  expires_at, remember, user_agent, address)
            VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8)
            """)
        .execute(
            Tuple.of(
                id,
                account.id(),
                utc(now),
                utc(idleEnd(now, remember)),
                utc(end),
                remember,
                client.userAgent(),
                client.address()))
        .compose(done -> grant(sql, user, remember));
  }

  /**
   * Exchanges a refresh token for a new pair of tokens; empty if it is unknown or its session has
   * ended. Reuse of a token after the grace period ends its session.
   */
  Future<Optional<Grant>> refresh(String refreshToken, Client client) {
    return pool.withTransaction(sql -> refresh(sql, SecretToken.hash(refreshToken), client))
        // After the commit: a node that reloads earlier would still find the session.
        .onSuccess(result -> result.ended().ifPresent(this::invalidate))
        .map(RefreshResult::grant);
  }

  /**
   * The result of a refresh.
   *
   * @param ended the account whose session the refresh ended
   */
  private record RefreshResult(Optional<Grant> grant, Optional<UUID> ended) {

    private static final RefreshResult NOTHING =
        new RefreshResult(Optional.empty(), Optional.empty());

    private static RefreshResult granted(Grant grant) {
      return new RefreshResult(Optional.of(grant), Optional.empty());
    }

    private static RefreshResult ended(User user) {
      return new RefreshResult(Optional.empty(), Optional.of(user.id()));
    }
  }

  private Future<RefreshResult> refresh(SqlClient sql, Buffer hash, Client client) {
    return sql.preparedQuery(
            """
            SELECT r.used_at, s.id, s.idle_expires_at, s.expires_at, s.remember,
                   a.id AS account_id, a.username, a.role, a.disabled,
                   EXISTS (SELECT FROM refresh_tokens WHERE session_id = s.id OFFSET $2) AS used_up
              FROM refresh_tokens r
              JOIN sessions s ON s.id = r.session_id
              JOIN accounts a ON a.id = s.account_id
             WHERE r.hash = $1
               FOR UPDATE OF s, r
            """)
        .execute(Tuple.of(hash, MAX_TOKENS - 1))
        .compose(
            rows ->
                rows.size() == 0
                    ? Future.succeededFuture(RefreshResult.NOTHING)
                    : refresh(sql, rows.iterator().next(), client));
  }

  private Future<RefreshResult> refresh(SqlClient sql, Row row, Client client) {
    Instant now = clock.instant();
    boolean remember = row.getBoolean("remember");
    User user =
        new User(
            row.getUUID("account_id"),
            row.getString("username"),
            Role.of(row.getString("role")),
            row.getUUID("id"));
    boolean ended =
        row.getBoolean("disabled")
            || row.getBoolean("used_up")
            || !now.isBefore(instant(row, "idle_expires_at"))
            || !now.isBefore(instant(row, "expires_at"));
    if (ended) {
      return end(sql, user);
    }
    OffsetDateTime usedAt = row.getOffsetDateTime("used_at");
    if (usedAt != null && now.isAfter(usedAt.toInstant().plus(GRACE))) {
      return audit
          .record(sql, AuditEvent.REFRESH_TOKEN_REUSED, user, user, client)
          .compose(done -> end(sql, user));
    }
    // If two tabs refresh, the browser may keep either new token: both stay valid.
    Future<Void> marked =
        usedAt == null ? markUsed(sql, user.session(), now) : Future.succeededFuture();
    return marked
        .compose(done -> touch(sql, user.session(), now, remember))
        .compose(done -> grant(sql, user, remember))
        .map(RefreshResult::granted);
  }

  private Future<RefreshResult> end(SqlClient sql, User user) {
    return end(sql, user.id(), user.session()).map(RefreshResult.ended(user));
  }

  private Future<Grant> grant(SqlClient sql, User user, boolean remember) {
    String refreshToken = SecretToken.generate();
    return sql.preparedQuery(
            "INSERT INTO refresh_tokens (hash, session_id, created_at) VALUES ($1, $2, $3)")
        .execute(Tuple.of(SecretToken.hash(refreshToken), user.session(), utc(clock.instant())))
        .map(
            done ->
                new Grant(user, tokens.issue(user.id(), user.session()), refreshToken, remember));
  }

  /**
   * Deletes a session's refresh tokens and issues new tokens, so that copies of the old ones are
   * useless; empty if a proxy signs the person in, without a session.
   *
   * <p>Fails with {@link Failure.NotSignedIn} if the session has ended in the meantime.
   */
  Future<Optional<Grant>> replaceTokens(SqlClient transaction, User user) {
    if (!user.hasSession()) {
      return Future.succeededFuture(Optional.empty());
    }
    // Lock the session before deleting its tokens: a concurrent refresh is about to add one.
    return transaction
        .preparedQuery("SELECT remember FROM sessions WHERE id = $1 FOR UPDATE")
        .execute(Tuple.of(user.session()))
        .compose(Sessions::one)
        .compose(
            session ->
                transaction
                    .preparedQuery("DELETE FROM refresh_tokens WHERE session_id = $1")
                    .execute(Tuple.of(user.session()))
                    .compose(done -> grant(transaction, user, session.getBoolean("remember"))))
        .map(Optional::of);
  }

  private static Future<Row> one(RowSet<Row> sessions) {
    return sessions.size() == 1
        ? Future.succeededFuture(sessions.iterator().next())
        : Future.failedFuture(new Failure.NotSignedIn("not-signed-in"));
  }

  private static Future<Void> markUsed(SqlClient sql, UUID session, Instant now) {
    return sql.preparedQuery(
            "UPDATE refresh_tokens SET used_at = $2 WHERE session_id = $1 AND used_at IS NULL")
        .execute(Tuple.of(session, utc(now)))
        .mapEmpty();
  }

  private static Future<Void> touch(SqlClient sql, UUID session, Instant now, boolean remember) {
    return sql.preparedQuery(
            "UPDATE sessions SET last_used_at = $2, idle_expires_at = $3 WHERE id = $1")
        .execute(Tuple.of(session, utc(now), utc(idleEnd(now, remember))))
        .mapEmpty();
  }

  /**
   * Returns an account's active sessions, the most recently used first, but at most as many as a
   * page can show.
   */
  Future<List<Session>> latest(UUID account, UUID current) {
    return active(account, current, MAX_LISTED);
  }

  /** Returns all active sessions of an account, the most recently used first. */
  Future<List<Session>> all(UUID account, UUID current) {
    return active(account, current, null);
  }

  private Future<List<Session>> active(UUID account, UUID current, @Nullable Integer limit) {
    return pool.preparedQuery(
            """
            SELECT id, created_at, last_used_at, expires_at, remember, user_agent, address
              FROM sessions
             WHERE account_id = $1 AND least(idle_expires_at, expires_at) > $2
             ORDER BY last_used_at DESC
             LIMIT $3
            """)
        .execute(Tuple.of(account, utc(clock.instant()), limit))
        .map(rows -> sessions(rows, current));
  }

  private static List<Session> sessions(RowSet<Row> rows, UUID current) {
    List<Session> sessions = new ArrayList<>();
    for (Row row : rows) {
      sessions.add(
          new Session(
              row.getUUID("id"),
              instant(row, "created_at"),
              instant(row, "last_used_at"),
              instant(row, "expires_at"),
              row.getBoolean("remember"),
              row.getString("user_agent"),
              row.getString("address"),
              row.getUUID("id").equals(current)));
    }
    return sessions;
  }

  /** Ends one of an account's sessions; false if there is no such session. */
  Future<Boolean> end(SqlClient sql, UUID account, UUID session) {
    return sql.preparedQuery("DELETE FROM sessions WHERE id = $1 AND account_id = $2")
        .execute(Tuple.of(session, account))
        .map(deleted -> deleted.rowCount() == 1);
  }

  /** Ends every session of an account except one; false if there was no other. */
  Future<Boolean> endOthers(SqlClient sql, UUID account, UUID kept) {
    return sql.preparedQuery("DELETE FROM sessions WHERE account_id = $1 AND id <> $2")
        .execute(Tuple.of(account, kept))
        .map(deleted -> deleted.rowCount() > 0);
  }

  /** Ends every session of an account. */
  Future<Void> endAll(SqlClient sql, UUID account) {
    return sql.preparedQuery("DELETE FROM sessions WHERE account_id = $1")
        .execute(Tuple.of(account))
        .mapEmpty();
  }

  /** Returns the number of an account's active sessions. */
  Future<Integer> count(UUID account) {
    return pool.preparedQuery(
            """
            SELECT count(*) FROM sessions
             WHERE account_id = $1 AND least(idle_expires_at, expires_at) > $2
            """)
        .execute(Tuple.of(account, utc(clock.instant())))
        .map(rows -> rows.iterator().next().getInteger(0));
  }

  /**
   * Invalidates what nodes have cached about an account's sessions. Call it after the commit of a
   * transaction that ended sessions or changed the account.
   */
  void invalidate(UUID account) {
    live.invalidate(account);
  }

  /**
   * Deletes sessions that have expired by the database's clock, too: a node whose clock is ahead
   * would end those of all nodes. Deletes in chunks that keep locks short, and returns the number.
   */
  Future<Integer> deleteExpired() {
    OffsetDateTime now = utc(clock.instant());
    return Chunks.process(CHUNK_SIZE, () -> deleteExpired(now));
  }

  private Future<Integer> deleteExpired(OffsetDateTime now) {
    return pool.preparedQuery(
            """
            DELETE FROM sessions
             WHERE id = ANY (ARRAY(
               SELECT id FROM sessions WHERE least(idle_expires_at, expires_at) <= least($1, now())
               LIMIT $2 FOR UPDATE SKIP LOCKED))
            """)
        .execute(Tuple.of(now, CHUNK_SIZE))
        .map(RowSet::rowCount);
  }

  static Instant idleEnd(Instant now, boolean remember) {
    return now.plus(remember ? REMEMBERED : IDLE);
  }

  private static Instant instant(Row row, String column) {
    return row.getOffsetDateTime(column).toInstant();
  }
}
