package dev.marque.account;

import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlClient;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Operations of people on their own accounts. */
final class OwnAccount {

  private final Pool pool;
  private final Accounts accounts;
  private final FieldRules rules;
  private final Passwords passwords;
  private final SignIn signIn;
  private final Sessions sessions;
  private final PersonalTokens tokens;
  private final Audit audit;
  private final List<PersonalData> personalData;

  /**
   * @param personalData the data other features keep about a person
   */
  OwnAccount(
      Pool pool,
      Accounts accounts,
      FieldRules rules,
      Passwords passwords,
      SignIn signIn,
      Sessions sessions,
      PersonalTokens tokens,
      Audit audit,
      List<PersonalData> personalData) {
    this.pool = pool;
    this.accounts = accounts;
    this.rules = rules;
    this.passwords = passwords;
    this.signIn = signIn;
    this.sessions = sessions;
    this.tokens = tokens;
    this.audit = audit;
    this.personalData = List.copyOf(personalData);
  }

  Future<Account> of(User user) {
    return accounts
        .byId(pool, user.id())
        .compose(
            account ->
                account
                    .map(Future::succeededFuture)
                    .orElseGet(
                        () -> Future.failedFuture(new Failure.NotSignedIn("not-signed-in"))));
  }

  static Profile profile(Account account) {
    return new Profile(
        account.username(),
        Objects.requireNonNullElse(account.email(), ""),
        account.firstName(),
        account.lastName());
  }

  /**
   * Changes names and e-mail address. A new address requires the password: otherwise anyone at an
   * unattended browser could take the account over.
   *
   * <p>Fails with {@link Failure.Invalid} ({@code fields}) and {@link Failure.Conflict} ({@code
   * email-taken}), and as {@link SignIn#confirm} does.
   */
  Future<Account> changeProfile(User user, Profile profile, String password, Client client) {
    return of(user)
        .map(OwnAccount::profile)
        .compose(before -> FieldRules.checked(() -> rules.checkChange(before, profile)).map(before))
        .compose(
            before -> {
              boolean sameAddress = profile.email().equalsIgnoreCase(before.email());
              return sameAddress
                  ? accounts.update(pool, user.id(), profile)
                  : signIn
                      .confirm(user, password, client)
                      .compose(confirmed -> changeAddress(user, profile, client));
            });
  }

  private Future<Account> changeAddress(User user, Profile profile, Client client) {
    return pool.withTransaction(
        sql ->
            accounts
                .update(sql, user.id(), profile)
                .compose(
                    account ->
                        audit
                            .record(sql, AuditEvent.EMAIL_CHANGED, user, user, client)
                            .map(account)));
  }

  /**
   * Changes the password, ends every other session, revokes every personal token, and replaces the
   * tokens of this session, so a person whose account was compromised can lock everyone else out.
   *
   * <p>Fails with {@link Failure.Invalid} ({@code fields}), with {@link Failure.NotSignedIn} if
   * this session has ended in the meantime, and as {@link SignIn#confirmPassword} does.
   *
   * @return the new tokens; empty if a proxy signs the person in, without a session
   */
  Future<Optional<Grant>> changePassword(
      User user, String current, String password, Client client) {
    return of(user)
        .compose(
            account -> FieldRules.checked(() -> rules.checkPassword(password, profile(account))))
        .compose(valid -> signIn.confirmPassword(user, current, client))
        .compose(confirmed -> passwords.hash(password))
        .compose(
            hash ->
                pool.withTransaction(
                    sql ->
                        accounts
                            .changePassword(sql, user.id(), hash)
                            .compose(done -> sessions.endOthers(sql, user.id(), user.session()))
                            .compose(done -> tokens.revokeAll(sql, user.id()))
                            .compose(
                                done ->
                                    audit.record(
                                        sql, AuditEvent.PASSWORD_CHANGED, user, user, client))
                            .compose(done -> sessions.replaceTokens(sql, user))))
        .onSuccess(done -> sessions.invalidate(user.id()));
  }

  /**
   * Ends one of a person's sessions; fails with {@link Failure.NotFound} if there is no such
   * session.
   */
  Future<Void> endSession(User user, UUID session, Client client) {
    return pool.<Void>withTransaction(
            sql ->
                sessions
                    .end(sql, user.id(), session)
                    .compose(
                        ended ->
                            ended
                                ? recordSessionEnded(sql, user, client)
                                : Future.failedFuture(new Failure.NotFound("not-found"))))
        .onSuccess(done -> sessions.invalidate(user.id()));
  }

  /** Ends every session of a person except the current one. */
  Future<Void> endOtherSessions(User user, Client client) {
    return pool.<Void>withTransaction(
            sql ->
                sessions
                    .endOthers(sql, user.id(), user.session())
                    .compose(
                        ended ->
                            ended
                                ? recordSessionEnded(sql, user, client)
                                : Future.succeededFuture()))
        .onSuccess(done -> sessions.invalidate(user.id()));
  }

  private Future<Void> recordSessionEnded(SqlClient sql, User user, Client client) {
    return audit.record(sql, AuditEvent.SESSION_ENDED, user, user, client);
  }

  /**
   * Deletes the account with everything that belongs to it, which can take a while. First ends
   * every other session and revokes every personal token. If the deletion fails midway, the account
   * and this session still exist and the owner can try again.
   *
   * <p>Fails with {@link Failure.Conflict} ({@code last-administrator}), and as {@link
   * SignIn#confirm} does.
   */
  Future<Void> delete(User user, String password, Client client) {
    return signIn
        .confirm(user, password, client)
        .compose(confirmed -> endOthers(user))
        .compose(ended -> PersonalData.delete(personalData, user.id()))
        .compose(
            deleted ->
                pool.<Void>withTransaction(
                    sql ->
                        requireNotLastAdministrator(sql, user)
                            .compose(allowed -> accounts.delete(sql, user.id()))
                            .compose(
                                deletedNow ->
                                    deletedNow
                                        ? audit.record(
                                            sql, AuditEvent.ACCOUNT_DELETED, user, user, client)
                                        : Future.succeededFuture())))
        .onSuccess(done -> sessions.invalidate(user.id()));
  }

  private Future<Void> endOthers(User user) {
    return pool.<Void>withTransaction(
            sql ->
                requireNotLastAdministrator(sql, user)
                    .compose(allowed -> sessions.endOthers(sql, user.id(), user.session()))
                    .compose(done -> tokens.revokeAll(sql, user.id())))
        .onSuccess(done -> sessions.invalidate(user.id()));
  }

  private Future<Void> requireNotLastAdministrator(SqlClient sql, User user) {
    return user.isAdmin()
        ? accounts.requireAnotherAdministrator(sql, user.id())
        : Future.succeededFuture();
  }
}
