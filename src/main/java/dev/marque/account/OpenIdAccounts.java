package dev.marque.account;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlClient;

/** The accounts of people who sign in at an OpenID Connect provider. */
final class OpenIdAccounts {

  private final Pool pool;
  private final Accounts accounts;
  private final Identities identities;
  private final Sessions sessions;
  private final Audit audit;

  OpenIdAccounts(
      Pool pool, Accounts accounts, Identities identities, Sessions sessions, Audit audit) {
    this.pool = pool;
    this.accounts = accounts;
    this.identities = identities;
    this.sessions = sessions;
    this.audit = audit;
  }

  /**
   * Returns a person's account; creates it at the first sign-in. If the provider manages roles, the
   * role is updated at each sign-in, except that the last administrator keeps the role.
   */
  Future<Account> of(String issuer, OpenIdPerson person, Client client) {
    return identities
        .find(issuer, person.subject())
        .compose(
            known ->
                known
                    .map(account -> withRole(account, person.role().orElse(account.role()), client))
                    .orElseGet(() -> add(issuer, person, client)));
  }

  private Future<Account> add(String issuer, OpenIdPerson person, Client client) {
    Role role = person.role().orElse(Role.USER);
    return identities.add(issuer, person.subject(), person.profile(), role, client);
  }

  private Future<Account> withRole(Account account, Role role, Client client) {
    if (role == account.role()) {
      return Future.succeededFuture(account);
    }
    return pool.withTransaction(
            sql ->
                mayBecome(sql, account, role)
                    .compose(
                        may ->
                            may
                                ? changeRole(sql, account, role, client)
                                : keepRole(sql, account, client)))
        .onSuccess(changed -> sessions.invalidate(changed.id()));
  }

  private Future<Boolean> mayBecome(SqlClient sql, Account account, Role role) {
    return role == Role.ADMIN
        ? Future.succeededFuture(true)
        : accounts.hasAnotherAdministrator(sql, account.id());
  }

  private Future<Account> keepRole(SqlClient sql, Account account, Client client) {
    return audit.record(sql, AuditEvent.LAST_ADMINISTRATOR_KEPT, account, client).map(account);
  }

  private Future<Account> changeRole(SqlClient sql, Account account, Role role, Client client) {
    return accounts
        .changeRole(sql, account.id(), role)
        .compose(
            changed ->
                audit
                    .record(sql, AuditEvent.ROLE_CHANGED, changed, client, role.code())
                    .map(changed));
  }
}
