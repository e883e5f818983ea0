package dev.marque.account;

import static dev.marque.platform.Database.utc;

import dev.marque.platform.Ids;
import dev.marque.web.Failure;
import dev.marque.web.FieldErrors;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Personal tokens that people create for their scripts: named, valid for a chosen number of days,
 * revocable at once. A script with one acts for its owner, but never as an administrator, and can
 * neither create nor revoke tokens. Changing the password revokes them all.
 */
final class PersonalTokens {

  static final int MAX_DAYS = 366;
  static final int MAX_TOKENS = 50;

  /** Distinguishes these tokens from access tokens, and lets secret scanners find a leaked one. */
  private static final String PREFIX = "marque_";

  private static final Duration TOUCH_INTERVAL = Duration.ofMinutes(1);
  private static final String COLUMNS = "id, name, created_at, expires_at, last_used_at";
  private static final Logger LOG = LoggerFactory.getLogger(PersonalTokens.class);

  private final Pool pool;
  private final Audit audit;
  private final Clock clock;

  PersonalTokens(Pool pool, Audit audit, Clock clock) {
    this.pool = pool;
    this.audit = audit;
    this.clock = clock;
  }

  /** Returns whether a bearer token looks like a personal token, valid or not. */
  static boolean isPersonalToken(String bearer) {
    return bearer.startsWith(PREFIX);
  }

  /**
   * Creates a token.
   *
   * <p>Fails with {@link Failure.Invalid} ({@code fields}), {@link Failure.Conflict} ({@code
   * too-many-tokens}) and {@link Failure.NotSignedIn} if the account or the session has ended in
   * the meantime.
   *
   * @param days until it expires, from 1 to {@link #MAX_DAYS}
   */
  Future<NewPersonalToken> create(User owner, String name, int days, Client client) {
    return FieldRules.checked(() -> check(name, days))
        .compose(
            valid -> pool.withTransaction(sql -> create(sql, owner, name.strip(), days, client)));
  }

  /**
   * Validates what a person enters about a new token.
   *
   * @throws Failure.Invalid ({@code fields}) with every invalid field
   */
  static void check(String name, int days) {
    FieldErrors errors = new FieldErrors();
    if (!name.matches(Profile.NAME)) {
      errors.add("name", "field.name.rules");
    }
    if (days < 1 || days > MAX_DAYS) {
      errors.add("expires_in_days", "field.token.days", MAX_DAYS);
    }
    errors.requireNone();
  }

  private Future<NewPersonalToken> create(
      SqlClient sql, User owner, String name, int days, Client client) {
    return lockAccount(sql, owner)
        .compose(locked -> requireSession(sql, owner))
        .compose(live -> requireBelowLimit(sql, owner))
        .compose(allowed -> insert(sql, owner, name, days))
        .compose(
            created -> audit.record(sql, AuditEvent.TOKEN_MADE, owner, owner, client).map(created));
  }

  /** Locks the account's row, so that concurrent requests cannot exceed the limit. */
  private static Future<Void> lockAccount(SqlClient sql, User owner) {
    return sql.preparedQuery("SELECT FROM accounts WHERE id = $1 AND NOT disabled FOR UPDATE")
        .execute(Tuple.of(owner.id()))
        .compose(PersonalTokens::orRefuse);
  }

  /**
   * Requires and locks the session: a password change may have ended it during the wait for the
   * account's lock.
   */
  private static Future<Void> requireSession(SqlClient sql, User owner) {
    if (!owner.hasSession()) {
      return Future.succeededFuture();
    }
    return sql.preparedQuery("SELECT FROM sessions WHERE id = $1 AND account_id = $2 FOR SHARE")
        .execute(Tuple.of(owner.session(), owner.id()))
        .compose(PersonalTokens::orRefuse);
  }

  private static Future<Void> orRefuse(RowSet<Row> found) {
    return found.size() == 1
        ? Future.succeededFuture()
        : Future.failedFuture(new Failure.NotSignedIn("not-signed-in"));
  }

  private Future<Void> requireBelowLimit(SqlClient sql, User owner) {
    return sql.preparedQuery(
            "SELECT count(*) FROM personal_tokens WHERE account_id = $1 AND expires_at > $2")
        .execute(Tuple.of(owner.id(), utc(clock.instant())))
        .compose(
            rows ->
                rows.iterator().next().getInteger(0) < MAX_TOKENS
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new Failure.Conflict("too-many-tokens", List.of(), MAX_TOKENS)));
  }

  private Future<NewPersonalToken> insert(SqlClient sql, User owner, String name, int days) {
    String secret = PREFIX + SecretToken.generate();
    Instant now = clock.instant();
    return sql.preparedQuery(
            """
            INSERT INTO personal_tokens (id, account_id, name, hash, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            RETURNING\s"""
                + COLUMNS)
        .execute(
            Tuple.of(
                Ids.next(),
                owner.id(),
                name,
                SecretToken.hash(secret),
                utc(now),
                utc(now.plus(days, ChronoUnit.DAYS))))
        .map(rows -> new NewPersonalToken(token(rows.iterator().next()), secret));
  }

  /**
   * Returns the user of a token; empty if the token is unknown or expired or its account is
   * disabled. The role is always that of a user, whatever the owner's role.
   */
  Future<Optional<User>> find(String secret) {
    OffsetDateTime now = utc(clock.instant());
    return pool.preparedQuery(
            """
            SELECT t.id, t.last_used_at, a.id AS account_id, a.username
              FROM personal_tokens t
              JOIN accounts a ON a.id = t.account_id
             WHERE t.hash = $1 AND t.expires_at > $2 AND NOT a.disabled
            """)
        .execute(Tuple.of(SecretToken.hash(secret), now))
        .map(
            rows -> {
              if (rows.size() == 0) {
                return Optional.empty();
              }
              Row row = rows.iterator().next();
              touch(row, now);
              return Optional.of(
                  new User(
                      row.getUUID("account_id"),
                      row.getString("username"),
                      Role.USER,
                      row.getUUID("id")));
            });
  }

  /** Records the use, asynchronously. */
  private void touch(Row row, OffsetDateTime now) {
    OffsetDateTime last = row.getOffsetDateTime("last_used_at");
    if (last != null && last.plus(TOUCH_INTERVAL).isAfter(now)) {
      return;
    }
    pool.preparedQuery("UPDATE personal_tokens SET last_used_at = $2 WHERE id = $1")
        .execute(Tuple.of(row.getUUID("id"), now))
        .onFailure(
            problem ->
                LOG.warn("The last use of a token was not recorded: {}", problem.toString()));
  }

  /** Returns an account's unexpired tokens, newest first. */
  Future<List<PersonalToken>> of(UUID account) {
    return pool.preparedQuery(
            "SELECT "
                + COLUMNS
                + """

                  FROM personal_tokens
                 WHERE account_id = $1 AND expires_at > $2
                 ORDER BY created_at DESC, id DESC
                """)
        .execute(Tuple.of(account, utc(clock.instant())))
        .map(
            rows -> {
              List<PersonalToken> tokens = new ArrayList<>();
              rows.forEach(row -> tokens.add(token(row)));
              return tokens;
            });
  }

  /** Revokes a token; fails with {@link Failure.NotFound} if the account has no such token. */
  Future<Void> revoke(User owner, UUID id, Client client) {
    return pool.withTransaction(
        sql ->
            sql.preparedQuery("DELETE FROM personal_tokens WHERE id = $1 AND account_id = $2")
                .execute(Tuple.of(id, owner.id()))
                .compose(
                    deleted ->
                        deleted.rowCount() == 1
                            ? audit.record(sql, AuditEvent.TOKEN_REVOKED, owner, owner, client)
                            : Future.failedFuture(new Failure.NotFound("not-found"))));
  }

  /** Revokes every token of an account. */
  Future<Void> revokeAll(SqlClient sql, UUID account) {
    return sql.preparedQuery("DELETE FROM personal_tokens WHERE account_id = $1")
        .execute(Tuple.of(account))
        .mapEmpty();
  }

  /**
   * Deletes tokens that have expired by the database's clock, too: a node whose clock is ahead
   * would delete those of all nodes. Returns their number.
   */
  Future<Integer> deleteExpired() {
    return pool.preparedQuery("DELETE FROM personal_tokens WHERE expires_at <= least($1, now())")
        .execute(Tuple.of(utc(clock.instant())))
        .map(RowSet::rowCount);
  }

  private static PersonalToken token(Row row) {
    OffsetDateTime lastUsed = row.getOffsetDateTime("last_used_at");
    return new PersonalToken(
        row.getUUID("id"),
        row.getString("name"),
        row.getOffsetDateTime("created_at").toInstant(),
        row.getOffsetDateTime("expires_at").toInstant(),
        lastUsed == null ? null : lastUsed.toInstant());
  }
}
