package dev.marque.account;

import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlClient;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;

/**
 * Operations of administrators on accounts. The last administrator cannot be deleted, disabled or
 * demoted.
 */
final class Administration {

  private final Pool pool;
  private final Accounts accounts;
  private final Sessions sessions;
  private final SignIn signIn;
  private final Audit audit;
  private final List<PersonalData> personalData;

  /**
   * @param personalData the data other features keep about a person
   */
  Administration(
      Pool pool,
      Accounts accounts,
      Sessions sessions,
      SignIn signIn,
      Audit audit,
      List<PersonalData> personalData) {
    this.pool = pool;
    this.accounts = accounts;
    this.sessions = sessions;
    this.signIn = signIn;
    this.audit = audit;
    this.personalData = List.copyOf(personalData);
  }

  /**
   * Finds an account by user name; fails with {@link Failure.NotFound} ({@code account-not-found}).
   */
  Future<Account> find(String username) {
    return find(pool, username);
  }

  private Future<Account> find(SqlClient sql, String username) {
    return accounts
        .byUsername(sql, SqlText.orEmpty(username))
        .compose(
            account ->
                account
                    .map(Future::succeededFuture)
                    .orElseGet(
                        () -> Future.failedFuture(new Failure.NotFound("account-not-found"))));
  }

  /**
   * Grants or revokes the administrator role; fails with {@link Failure.Conflict} for the last
   * administrator.
   */
  Future<Account> changeRole(User by, String username, Role role, Client client) {
    return change(
        username,
        role == Role.USER,
        (sql, account) ->
            accounts
                .changeRole(sql, account.id(), role)
                .compose(
                    changed ->
                        audit
                            .record(sql, AuditEvent.ROLE_CHANGED, by, account, client, role.code())
                            .map(changed)));
  }

  /** Disables or enables an account and ends its sessions. */
  Future<Account> changeDisabled(User by, String username, boolean disabled, Client client) {
    AuditEvent event = disabled ? AuditEvent.ACCOUNT_DISABLED : AuditEvent.ACCOUNT_ENABLED;
    return change(
        username,
        disabled,
        (sql, account) ->
            accounts
                .changeDisabled(sql, account.id(), disabled)
                .compose(changed -> sessions.endAll(sql, account.id()).map(changed))
                .compose(
                    changed -> audit.record(sql, event, by, account, client, null).map(changed)));
  }

  /**
   * Disables an account and deletes it with everything that belongs to it, which can take minutes.
   * If that fails midway, the account still exists, disabled, and can be deleted again.
   *
   * <p>Asks {@code by} to confirm the deletion; fails as {@link SignIn#confirm} does.
   */
  Future<Account> delete(User by, String username, String password, Client client) {
    return signIn
        .confirm(by, password, client)
        .compose(confirmed -> changeDisabled(by, username, true, client))
        .compose(account -> PersonalData.delete(personalData, account.id()).map(account))
        .compose(disabled -> deleteDisabled(by, disabled.id(), client).map(disabled));
  }

  /**
   * Looks the account up by id: by now its name may belong to someone else, or the account may be
   * gone.
   */
  private Future<Void> deleteDisabled(User by, UUID id, Client client) {
    return pool.<Void>withTransaction(
            sql ->
                accounts
                    .byId(sql, id)
                    .compose(
                        found ->
                            found
                                .map(account -> delete(sql, by, account, client))
                                .orElseGet(Future::succeededFuture)))
        .onSuccess(done -> sessions.invalidate(id));
  }

  private Future<Void> delete(SqlClient sql, User by, Account account, Client client) {
    return requireNotLastAdministrator(sql, account)
        .compose(allowed -> accounts.delete(sql, account.id()))
        .compose(
            deletedNow ->
                deletedNow
                    ? audit.record(sql, AuditEvent.ACCOUNT_DELETED, by, account, client, null)
                    : Future.succeededFuture());
  }

  private Future<Void> requireNotLastAdministrator(SqlClient sql, Account account) {
    return account.role() == Role.ADMIN
        ? accounts.requireAnotherAdministrator(sql, account.id())
        : Future.succeededFuture();
  }

  /**
   * Changes an account in one transaction.
   *
   * @param removesAdministrator whether the account is no longer an administrator afterwards
   */
  private Future<Account> change(
      String username,
      boolean removesAdministrator,
      BiFunction<SqlClient, Account, Future<Account>> work) {
    return pool.<Account>withTransaction(
            sql ->
                find(sql, username)
                    .compose(
                        account ->
                            removesAdministrator
                                ? requireNotLastAdministrator(sql, account).map(account)
                                : Future.succeededFuture(account))
                    .compose(account -> work.apply(sql, account)))
        .onSuccess(account -> sessions.invalidate(account.id()));
  }
}
