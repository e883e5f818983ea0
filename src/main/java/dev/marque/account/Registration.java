package dev.marque.account;

import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlClient;

/**
 * Creates accounts: by sign-up, by the setup link for the first administrator, and from the command
 * line.
 */
final class Registration {

  private final Pool pool;
  private final Accounts accounts;
  private final Passwords passwords;
  private final FieldRules rules;
  private final Audit audit;
  private final SetupLinks setupLinks;

  Registration(
      Pool pool,
      Accounts accounts,
      Passwords passwords,
      FieldRules rules,
      Audit audit,
      SetupLinks setupLinks) {
    this.pool = pool;
    this.accounts = accounts;
    this.passwords = passwords;
    this.rules = rules;
    this.audit = audit;
    this.setupLinks = setupLinks;
  }

  /**
   * Creates a user's account.
   *
   * <p>Fails with {@link Failure.Invalid} ({@code fields}), {@link Failure.Conflict} ({@code
   * username-taken}, {@code email-taken}) and {@link Failure.Unavailable} ({@code busy}).
   */
  Future<Account> signUp(Profile profile, String password, Client client) {
    return FieldRules.checked(() -> rules.check(profile, password))
        // No hash if the name or e-mail is taken; the unique index decides between concurrent
        // requests.
        .compose(valid -> accounts.requireFree(pool, profile))
        .compose(free -> passwords.hashForSignUp(password))
        .compose(
            hash -> pool.withTransaction(sql -> insert(sql, profile, Role.USER, hash, client)));
  }

  /**
   * Creates the first administrator's account with the link that the first start printed. Fails as
   * {@link #signUp} does, and with {@link Failure.NotFound} ({@code setup-link-over}).
   */
  Future<Account> setUp(Profile profile, String password, String token, Client client) {
    return FieldRules.checked(() -> rules.check(profile, password))
        .compose(valid -> setupLinks.check(token))
        .compose(valid -> passwords.hash(password))
        .compose(
            hash ->
                pool.withTransaction(
                    sql ->
                        setupLinks
                            .use(sql, token)
                            .compose(used -> accounts.insert(sql, profile, Role.ADMIN, hash))
                            .compose(account -> recordSetUp(sql, account, client))));
  }

  /**
   * Creates an account from the command line: needs no e-mail address and no names, and may be an
   * administrator.
   */
  Future<Account> add(Profile profile, String password, Role role) {
    Client terminal = new Client("terminal", "");
    return FieldRules.checked(() -> rules.checkFromCommandLine(profile, password))
        .compose(valid -> passwords.hash(password))
        .compose(hash -> pool.withTransaction(sql -> insert(sql, profile, role, hash, terminal)));
  }

  private Future<Account> insert(
      SqlClient sql, Profile profile, Role role, String hash, Client client) {
    return accounts
        .insert(sql, profile, role, hash)
        .compose(account -> audit.recordSignedUp(sql, account, client).map(account));
  }

  private Future<Account> recordSetUp(SqlClient sql, Account account, Client client) {
    return audit.record(sql, AuditEvent.ADMINISTRATOR_SET_UP, account, client).map(account);
  }
}
