package dev.marque.account;

import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlClient;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;

/** What administrators do to accounts. The last of them can neither go nor be sent away. */
final class Administration {

  private final Pool pool;
  private final Accounts accounts;
  private final Sessions sessions;
  private final SignIn signIn;
  private final Audit audit;
  private final List<PersonalData> others;

  /**
   * @param others what other rooms keep
   */
  Administration(
      Pool pool,
      Accounts accounts,
      Sessions sessions,
      SignIn signIn,
      Audit audit,
      List<PersonalData> others) {
    this.pool = pool;
    this.accounts = accounts;
    this.sessions = sessions;
    this.signIn = signIn;
    this.audit = audit;
    this.others = List.copyOf(others);
  }

  /** The account of a name; fails with {@link Failure.NotFound} ({@code account-not-found}). */
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

  /** Makes or unmakes an administrator; fails with {@link Failure.Conflict} for the last one. */
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

  /** Lets an account in or not; its sessions end. */
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
   * Disables an account and deletes it with everything that is its own, which takes minutes where
   * that is much. Where it fails on the way, the account is still there, disabled, to be deleted
   * again. Asks for the administrator's own password; fails with {@link Failure.Forbidden} ({@code
   * password-wrong}) if it is not.
   */
  Future<Account> delete(User by, String username, String password, Client client) {
    return signIn
        .confirm(by, password, client)
        .compose(confirmed -> changeDisabled(by, username, true, client))
        .compose(account -> PersonalData.delete(others, account.id()).map(account))
        .compose(disabled -> deleteDisabled(by, disabled.id(), client).map(disabled));
  }

  /** By its id: after these minutes the name may be somebody else's, and the account gone. */
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
        .onSuccess(done -> sessions.changed(id));
  }

  private Future<Void> delete(SqlClient sql, User by, Account account, Client client) {
    return requireDispensable(sql, account)
        .compose(allowed -> accounts.delete(sql, account.id()))
        .compose(done -> audit.record(sql, AuditEvent.ACCOUNT_DELETED, by, account, client, null));
  }

  private Future<Void> requireDispensable(SqlClient sql, Account account) {
    return account.role() == Role.ADMIN
        ? accounts.requireAnotherAdministrator(sql, account.id())
        : Future.succeededFuture();
  }

  /**
   * One transaction that changes an account.
   *
   * @param removesAdministrator whether an administrator is none afterwards
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
                                ? requireDispensable(sql, account).map(account)
                                : Future.succeededFuture(account))
                    .compose(account -> work.apply(sql, account)))
        .onSuccess(account -> sessions.changed(account.id()));
  }
}
