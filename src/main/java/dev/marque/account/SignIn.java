package dev.marque.account;

import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlClient;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Authenticates people by user name and password: in the form, in the API, and when a signed-in
 * person has to confirm the password.
 */
final class SignIn {

  private final Pool pool;
  private final Accounts accounts;
  private final Passwords passwords;
  private final SignInLimits limits;
  private final SignInTurns turns;
  private final Sessions sessions;
  private final Identities identities;
  private final Audit audit;

  SignIn(
      Pool pool,
      Accounts accounts,
      Passwords passwords,
      SignInLimits limits,
      SignInTurns turns,
      Sessions sessions,
      Identities identities,
      Audit audit) {
    this.pool = pool;
    this.accounts = accounts;
    this.passwords = passwords;
    this.limits = limits;
    this.turns = turns;
    this.sessions = sessions;
    this.identities = identities;
    this.audit = audit;
  }

  /**
   * Starts a session; empty if the user name or password is wrong or the account is disabled,
   * without telling which.
   *
   * <p>Fails with {@link Failure.TooManyRequests} ({@code sign-in-slowed}) and {@link
   * Failure.Unavailable} ({@code busy}).
   */
  Future<Optional<Grant>> signIn(
      String username, String password, boolean remember, Client client) {
    return authenticate(username, password, client, () -> limits.begin(username, client.address()))
        .compose(
            outcome ->
                begin(outcome, remember, client)
                    .compose(
                        grant ->
                            grant.isPresent()
                                ? Future.succeededFuture(grant)
                                : refuse(username, outcome, client).map(grant)));
  }

  private Future<Optional<Grant>> begin(Outcome outcome, boolean remember, Client client) {
    return outcome
        .account()
        .map(account -> begin(account, remember, client))
        .orElseGet(() -> Future.succeededFuture(Optional.empty()));
  }

  /**
   * Starts a session for a person authenticated as the account's owner; empty if the account is
   * disabled or its password has changed since it was read.
   *
   * @param account as read before the authentication
   */
  Future<Optional<Grant>> begin(Account account, boolean remember, Client client) {
    return pool.withTransaction(
        sql ->
            accounts
                .isUnchanged(sql, account)
                .compose(
                    unchanged ->
                        unchanged
                            ? begin(sql, account, remember, client).map(Optional::of)
                            : Future.succeededFuture(Optional.empty())));
  }

  /**
   * Starts a session for a person authenticated by a provider; empty if the account is disabled,
   * which is then recorded as a refused sign-in.
   */
  Future<Optional<Grant>> beginExternally(Account account, Client client) {
    return begin(account, false, client)
        .compose(
            grant ->
                grant.isPresent()
                    ? Future.succeededFuture(grant)
                    : audit.record(pool, AuditEvent.SIGN_IN_REFUSED, account, client).map(grant));
  }

  private Future<Grant> begin(SqlClient sql, Account account, boolean remember, Client client) {
    return sessions
        .begin(sql, account, remember, client)
        .compose(
            grant ->
                audit
                    .record(sql, AuditEvent.SIGNED_IN, grant.user(), grant.user(), client)
                    .map(grant));
  }

  /**
   * Confirms the password of a signed-in person, with the same limits as sign-in, except that
   * failures with this user name from other addresses do not count. A person who signs in
   * externally has no password here and enters the user name: that proves nothing, but prevents
   * accidents.
   *
   * <p>Fails with {@link Failure.Forbidden} ({@code password-wrong}, {@code name-wrong}) and as
   * {@link #signIn} does.
   */
  Future<Void> confirm(User user, String password, Client client) {
    return identities
        .isExternal(user.id())
        .compose(
            external -> {
              if (!external) {
                return confirmPassword(user, password, client);
              }
              return password.strip().equalsIgnoreCase(user.username())
                  ? Future.succeededFuture()
                  : Future.failedFuture(new Failure.Forbidden("name-wrong"));
            });
  }

  /** Confirms the password as {@link #confirm} does, but rejects a person who has none here. */
  Future<Void> confirmPassword(User user, String password, Client client) {
    return authenticate(
            user.username(),
            password,
            client,
            () -> limits.beginConfirmation(user, client.address()))
        .compose(
            outcome ->
                outcome.account().isPresent()
                    ? Future.<Void>succeededFuture()
                    : refuse(user.username(), outcome, client)
                        .compose(
                            done -> Future.failedFuture(new Failure.Forbidden("password-wrong"))));
  }

  /**
   * The outcome of an attempt.
   *
   * @param account the authenticated account, as read before the verification; empty if the user
   *     name or password is wrong
   * @param startsSlowdown whether the attempt failed and is the one that starts the slowdown
   */
  private record Outcome(Optional<Account> account, boolean startsSlowdown) {}

  private Future<Outcome> authenticate(
      String username,
      String password,
      Client client,
      Supplier<Future<SignInLimits.Attempt>> begin) {
    return turns.inTurn(
        SignInLimits.pair(username, client.address()),
        () -> authenticateInTurn(username, password, begin));
  }

  private Future<Outcome> authenticateInTurn(
      String username, String password, Supplier<Future<SignInLimits.Attempt>> begin) {
    return begin
        .get()
        .compose(
            attempt ->
                verify(username, password)
                    .recover(problem -> abandon(attempt, problem))
                    .compose(
                        authenticated ->
                            authenticated.isPresent()
                                ? succeed(authenticated, attempt)
                                : fail(attempt)));
  }

  /** Reads the account first, so that a concurrent password change is noticed. */
  private Future<Optional<Account>> verify(String username, String password) {
    return find(username)
        .compose(
            account ->
                passwords
                    .verify(username, password)
                    .map(correct -> correct ? account : Optional.empty()));
  }

  private Future<Optional<Account>> abandon(SignInLimits.Attempt attempt, Throwable problem) {
    return limits.abandoned(attempt).transform(done -> Future.failedFuture(problem));
  }

  private Future<Outcome> succeed(Optional<Account> authenticated, SignInLimits.Attempt attempt) {
    return limits.succeeded(attempt).map(new Outcome(authenticated, false));
  }

  private Future<Outcome> fail(SignInLimits.Attempt attempt) {
    return limits.failed(attempt).map(new Outcome(Optional.empty(), attempt.startsSlowdown()));
  }

  /**
   * Records a failed attempt, and the start of a slowdown. Attempts rejected because they come too
   * early are not recorded individually: an attacker could fill the table with them.
   */
  private Future<Void> refuse(String username, Outcome outcome, Client client) {
    Future<Void> recorded = record(AuditEvent.SIGN_IN_REFUSED, username, client);
    return outcome.startsSlowdown()
        ? recorded.compose(done -> record(AuditEvent.SIGN_IN_SLOWED, username, client))
        : recorded;
  }

  private Future<Void> record(AuditEvent event, String username, Client client) {
    return find(username)
        .compose(account -> audit.record(pool, event, account.orElse(null), client));
  }

  /** Looks up even a malformed user name: the same work takes the same time. */
  private Future<Optional<Account>> find(String username) {
    String name = username.matches(Profile.USERNAME) ? username : Passwords.NOBODY;
    return accounts.byUsername(pool, name);
  }
}
