package dev.marque.account;

import static dev.marque.platform.Database.utc;

import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Accounts of people who sign in externally. They are created at the first sign-in, with a random
 * password that is never disclosed.
 */
final class Identities {

  private static final int LAST_NUMBER = 9;
  private static final int MAX_NAME_ATTEMPTS = 20;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final Pool pool;
  private final Accounts accounts;
  private final Passwords passwords;
  private final Audit audit;
  private final Clock clock;

  Identities(Pool pool, Accounts accounts, Passwords passwords, Audit audit, Clock clock) {
    this.pool = pool;
    this.accounts = accounts;
    this.passwords = passwords;
    this.audit = audit;
    this.clock = clock;
  }

  /** Finds the account of a known subject. */
  Future<Optional<Account>> find(String issuer, String subject) {
    return pool.preparedQuery(
            "SELECT account_id FROM identities WHERE issuer = $1 AND subject = $2")
        .execute(Tuple.of(issuer, subject))
        .compose(
            rows -> {
              for (Row row : rows) {
                return accounts.byId(pool, row.getUUID(0));
              }
              return Future.succeededFuture(Optional.empty());
            });
  }

  /** Returns whether an account's owner signs in externally and therefore has no password here. */
  Future<Boolean> isExternal(UUID account) {
    return pool.preparedQuery("SELECT EXISTS (SELECT FROM identities WHERE account_id = $1)")
        .execute(Tuple.of(account))
        .map(rows -> rows.iterator().next().getBoolean(0));
  }

  /** Returns an account's external identities. */
  Future<List<Identity>> of(UUID account) {
    return pool.preparedQuery(
            """
            SELECT issuer, subject, created_at FROM identities
             WHERE account_id = $1 ORDER BY created_at
            """)
        .execute(Tuple.of(account))
        .map(
            rows -> {
              List<Identity> identities = new ArrayList<>();
              for (Row row : rows) {
                identities.add(
                    new Identity(
                        row.getString("issuer"),
                        row.getString("subject"),
                        row.getOffsetDateTime("created_at").toInstant()));
              }
              return identities;
            });
  }

  /**
   * Creates the account of a new subject. An existing account is never taken over, whatever user
   * name or e-mail address the provider reports: a name that is taken gets a suffix, and an e-mail
   * address that is taken is left out.
   */
  Future<Account> add(String issuer, String subject, Profile wanted, Role role, Client client) {
    return passwords
        .hash(SecretToken.generate())
        .compose(hash -> add(issuer, subject, wanted, wanted, 2, role, hash, client))
        // Two concurrent first requests of one subject: the other request created the account.
        .recover(
            problem ->
                find(issuer, subject)
                    .compose(
                        found ->
                            found
                                .map(Future::succeededFuture)
                                .orElseGet(() -> Future.failedFuture(problem))));
  }

  private Future<Account> add(
      String issuer,
      String subject,
      Profile wanted,
      Profile profile,
      int next,
      Role role,
      String hash,
      Client client) {
    return pool.withTransaction(
            sql ->
                accounts
                    .insert(sql, profile, role, hash)
                    .compose(account -> link(sql, issuer, subject, account))
                    .compose(account -> audit.recordSignedUp(sql, account, client).map(account)))
        .recover(
            problem -> {
              if (!(problem instanceof Failure.Conflict conflict) || next > MAX_NAME_ATTEMPTS) {
                return Future.failedFuture(problem);
              }
              boolean address = conflict.type().equals("email-taken");
              Profile other =
                  new Profile(
                      address ? profile.username() : withSuffix(wanted.username(), next),
                      address ? "" : profile.email(),
                      profile.firstName(),
                      profile.lastName());
              int after = address ? next : next + 1;
              return add(issuer, subject, wanted, other, after, role, hash, client);
            });
  }

  /** Appends a small number or, if many people have the same name, a random one. */
  private static String withSuffix(String username, int attempt) {
    String ending = "-" + (attempt <= LAST_NUMBER ? attempt : RANDOM.nextInt(1_000_000_000));
    int longest = 32 - ending.length();
    String start = username.length() > longest ? username.substring(0, longest) : username;
    return start + ending;
  }

  private Future<Account> link(SqlClient sql, String issuer, String subject, Account account) {
    return sql.preparedQuery(
            """
            INSERT INTO identities (issuer, subject, account_id, created_at)
            VALUES ($1, $2, $3, $4)
            """)
        .execute(Tuple.of(issuer, subject, account.id(), utc(clock.instant())))
        .map(account);
  }
}
