package dev.marque.account;

import static dev.marque.platform.Database.utc;

import dev.marque.platform.Ids;
import dev.marque.web.Failure;
import dev.marque.web.FieldError;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The table of accounts. Each method takes the pool or the connection of a transaction. User names
 * and e-mail addresses are compared case-insensitively.
 */
final class Accounts {

  private static final String COLUMNS =
      "id, username, email, first_name, last_name, role, disabled, tokens_valid_after, created_at";
  private static final String UNIQUE_VIOLATION = "23505";

  private final Clock clock;

  Accounts(Clock clock) {
    this.clock = clock;
  }

  /**
   * Creates an account.
   *
   * <p>Fails with {@link Failure.Conflict} ({@code username-taken}, {@code email-taken}).
   *
   * @param passwordHash as returned by {@link Passwords#hash}
   */
  Future<Account> insert(SqlClient sql, Profile profile, Role role, String passwordHash) {
    OffsetDateTime now = now();
    return sql.preparedQuery(
            """
            INSERT INTO accounts (id, username, email, first_name, last_name, password_hash, role,
                                  tokens_valid_after, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
            RETURNING\s"""
                + COLUMNS)
        .execute(
            Tuple.of(
                Ids.next(),
                profile.username(),
                storedEmail(profile),
                profile.firstName(),
                profile.lastName(),
                passwordHash,
                role.code(),
                now))
        .recover(Accounts::explainConflict)
        .map(rows -> account(rows.iterator().next()));
  }

  /** Fails as {@link #insert} would, but names every field that is taken. */
  Future<Void> requireFree(SqlClient sql, Profile profile) {
    return sql.preparedQuery(
            """
            SELECT EXISTS (SELECT FROM accounts WHERE lower(username) = lower($1)),
                   EXISTS (SELECT FROM accounts WHERE lower(email) = lower($2))
            """)
        .execute(Tuple.of(profile.username(), profile.email()))
        .compose(
            rows -> {
              Row row = rows.iterator().next();
              List<String> taken = new ArrayList<>();
              if (row.getBoolean(0)) {
                taken.add("username");
              }
              if (row.getBoolean(1)) {
                taken.add("email");
              }
              return taken.isEmpty() ? Future.succeededFuture() : Future.failedFuture(taken(taken));
            });
  }

  /** Updates e-mail address and names; fails as {@link #insert} does. */
  Future<Account> update(SqlClient sql, UUID id, Profile profile) {
    return sql.preparedQuery(
            """
            UPDATE accounts SET email = $2, first_name = $3, last_name = $4 WHERE id = $1
            RETURNING\s"""
                + COLUMNS)
        .execute(Tuple.of(id, storedEmail(profile), profile.firstName(), profile.lastName()))
        .recover(Accounts::explainConflict)
        .compose(Accounts::one);
  }

  Future<Optional<Account>> byUsername(SqlClient sql, String username) {
    return sql.preparedQuery(
            "SELECT " + COLUMNS + " FROM accounts WHERE lower(username) = lower($1)")
        .execute(Tuple.of(username))
        .map(Accounts::optional);
  }

  Future<Optional<Account>> byId(SqlClient sql, UUID id) {
    return sql.preparedQuery("SELECT " + COLUMNS + " FROM accounts WHERE id = $1")
        .execute(Tuple.of(id))
        .map(Accounts::optional);
  }

  /**
   * Returns accounts ordered by user name.
   *
   * @param search part of a user name, e-mail address or full name; empty for all
   * @param after the last user name of the previous page; empty for the first page
   * @param limit maximum number of accounts
   */
  Future<List<Account>> list(SqlClient sql, String search, String after, int limit) {
    return sql.preparedQuery(
            "SELECT "
                + COLUMNS
                + """

                 FROM accounts
                WHERE ($1 = '' OR strpos(lower(username), lower($1)) > 0
                       OR strpos(lower(email), lower($1)) > 0
                       OR strpos(lower(first_name || ' ' || last_name), lower($1)) > 0)
                  AND lower(username) > lower($2)
                ORDER BY lower(username)
                LIMIT $3
                """)
        .execute(Tuple.of(search, after, limit))
        .map(
            rows -> {
              List<Account> accounts = new ArrayList<>();
              rows.forEach(row -> accounts.add(account(row)));
              return accounts;
            });
  }

  /**
   * Returns whether an account may sign in and its password is unchanged since it was read. Locks
   * the row: concurrent changes wait until the transaction ends, and then see its result.
   */
  Future<Boolean> isUnchanged(SqlClient transaction, Account account) {
    return transaction
        .preparedQuery(
            """
            SELECT FROM accounts
             WHERE id = $1 AND tokens_valid_after = $2 AND NOT disabled
               FOR SHARE
            """)
        .execute(Tuple.of(account.id(), utc(account.tokensValidAfter())))
        .map(rows -> rows.size() == 1);
  }

  Future<String> passwordHash(SqlClient sql, UUID id) {
    return sql.preparedQuery("SELECT password_hash FROM accounts WHERE id = $1")
        .execute(Tuple.of(id))
        .map(rows -> rows.iterator().next().getString(0));
  }

  /** Changes the password and invalidates the access tokens issued so far. */
  Future<Void> changePassword(SqlClient sql, UUID id, String passwordHash) {
    return sql.preparedQuery(
            "UPDATE accounts SET password_hash = $2, tokens_valid_after = $3 WHERE id = $1")
        .execute(Tuple.of(id, passwordHash, now()))
        .mapEmpty();
  }

  /** Stores a new hash of the same password, unless the password has changed in the meantime. */
  Future<Void> replaceHash(SqlClient sql, UUID id, String oldHash, String newHash) {
    return sql.preparedQuery(
            "UPDATE accounts SET password_hash = $3 WHERE id = $1 AND password_hash = $2")
        .execute(Tuple.of(id, oldHash, newHash))
        .mapEmpty();
  }

  Future<Account> changeRole(SqlClient sql, UUID id, Role role) {
    return sql.preparedQuery("UPDATE accounts SET role = $2 WHERE id = $1 RETURNING " + COLUMNS)
        .execute(Tuple.of(id, role.code()))
        .compose(Accounts::one);
  }

  /** Disables or enables an account and invalidates the access tokens issued so far. */
  Future<Account> changeDisabled(SqlClient sql, UUID id, boolean disabled) {
    return sql.preparedQuery(
            """
            UPDATE accounts SET disabled = $2, tokens_valid_after = $3 WHERE id = $1
            RETURNING\s"""
                + COLUMNS)
        .execute(Tuple.of(id, disabled, now()))
        .compose(Accounts::one);
  }

  /**
   * Deletes an account and, through the foreign keys, everything that belongs to it; false if there
   * is no such account.
   */
  Future<Boolean> delete(SqlClient sql, UUID id) {
    return sql.preparedQuery("DELETE FROM accounts WHERE id = $1")
        .execute(Tuple.of(id))
        .map(deleted -> deleted.rowCount() == 1);
  }

  Future<Boolean> hasAdministrator(SqlClient sql) {
    return sql.query("SELECT EXISTS (SELECT FROM accounts WHERE role = 'admin' AND NOT disabled)")
        .execute()
        .map(rows -> rows.iterator().next().getBoolean(0));
  }

  /**
   * Fails with {@link Failure.Conflict} ({@code last-administrator}) if there is no other
   * administrator, see {@link #hasAnotherAdministrator}.
   */
  Future<Void> requireAnotherAdministrator(SqlClient transaction, UUID id) {
    return hasAnotherAdministrator(transaction, id)
        .compose(
            another ->
                another
                    ? Future.succeededFuture()
                    : Future.failedFuture(new Failure.Conflict("last-administrator", List.of())));
  }

  /**
   * Returns whether there is another enabled administrator. The rows of all administrators stay
   * locked until the transaction ends, so two administrators who remove each other cannot both
   * succeed.
   */
  Future<Boolean> hasAnotherAdministrator(SqlClient transaction, UUID id) {
    return transaction
        .query(
            "SELECT id FROM accounts WHERE role = 'admin' AND NOT disabled ORDER BY id FOR UPDATE")
        .execute()
        .map(rows -> rows.stream().anyMatch(row -> !row.getUUID(0).equals(id)));
  }

  /** Null instead of an empty text: e-mail addresses are unique, missing ones are exempt. */
  private static @Nullable String storedEmail(Profile profile) {
    return profile.email().isEmpty() ? null : profile.email();
  }

  private OffsetDateTime now() {
    return utc(clock.instant());
  }

  private static Future<RowSet<Row>> explainConflict(Throwable problem) {
    if (problem instanceof PgException e && UNIQUE_VIOLATION.equals(e.getSqlState())) {
      String field = "accounts_email".equals(e.getConstraint()) ? "email" : "username";
      return Future.failedFuture(taken(List.of(field)));
    }
    return Future.failedFuture(problem);
  }

  private static Failure taken(List<String> fields) {
    return new Failure.Conflict(
        fields.get(0) + "-taken", fields.stream().map(Accounts::takenField).toList());
  }

  private static FieldError takenField(String field) {
    return field.equals("email")
        ? FieldError.of(field, "field.email.taken")
        : FieldError.of(field, "field.username.taken");
  }

  private static Future<Account> one(RowSet<Row> rows) {
    return optional(rows)
        .map(Future::succeededFuture)
        .orElseGet(() -> Future.failedFuture(new Failure.NotFound("not-found")));
  }

  private static Optional<Account> optional(RowSet<Row> rows) {
    return rows.size() == 0 ? Optional.empty() : Optional.of(account(rows.iterator().next()));
  }

  private static Account account(Row row) {
    @Nullable String email = row.getString("email");
    return new Account(
        row.getUUID("id"),
        row.getString("username"),
        email,
        row.getString("first_name"),
        row.getString("last_name"),
        Role.of(row.getString("role")),
        row.getBoolean("disabled"),
        row.getOffsetDateTime("tokens_valid_after").toInstant(),
        row.getOffsetDateTime("created_at").toInstant());
  }
}
