package dev.marque.account;

import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlClient;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Proves who somebody is by name and password, alike for the form, the API, and where a signed-in
 * person is asked again.
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
   * Begins a session; empty where name or password are wrong or the account is disabled, without
   * telling which.
   *
   * <p>Fails with {@link Failure.TooManyRequests} ({@code sign-in-slowed}) and {@link
   * Failure.Unavailable} ({@code busy}).
   */
  Future<Optional<Grant>> signIn(
      String username, String password, boolean remember, Client client) {
    return prove(username, password, client, () -> limits.begin(username, client.address()))
        .compose(
            tried ->
                begin(tried, remember, client)
                    .compose(
                        grant ->
                            grant.isPresent()
                                ? Future.succeededFuture(grant)
                                : refuse(username, tried, client).map(grant)));
  }

  private Future<Optional<Grant>> begin(Tried tried, boolean remember, Client client) {
    return tried
        .proven()
        .map(account -> begin(account, remember, client))
        .orElseGet(() -> Future.succeededFuture(Optional.empty()));
  }

  /**
   * Begins a session for somebody who has proven to be the account's owner; empty if the account is
   * disabled, or has got another password since it was read.
   *
   * @param account as read before the proof
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
   * Asks a signed-in person for the password again, as slowly as at sign-in, but for what others
   * did to the name from elsewhere. Who has none, because somebody else does the signing in, gives
   * the user name: that proves nothing, but nobody types it by mistake.
   *
   * <p>Fails with {@link Failure.Forbidden} ({@code password-wrong}) and as {@link #signIn} does.
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

  /** As {@link #confirm}, and refuses who has no password here. */
  Future<Void> confirmPassword(User user, String password, Client client) {
    return prove(user.username(), password, client, () -> limits.beginAgain(user, client.address()))
        .compose(
            tried ->
                tried.proven().isPresent()
                    ? Future.<Void>succeededFuture()
                    : refuse(user.username(), tried, client)
                        .compose(
                            done -> Future.failedFuture(new Failure.Forbidden("password-wrong"))));
  }

  /**
   * What a try came to.
   *
   * @param proven whose name and password they are, as read before they were verified; empty where
   *     they are wrong
   * @param lastAtOnce whether the tries after it have to wait because it failed
   */
  private record Tried(Optional<Account> proven, boolean lastAtOnce) {}

  private Future<Tried> prove(
      String username, String password, Client client, Supplier<Future<SignInLimits.Try>> begin) {
    return turns.inTurn(
        SignInLimits.pair(username, client.address()), () -> proveNow(username, password, begin));
  }

  private Future<Tried> proveNow(
      String username, String password, Supplier<Future<SignInLimits.Try>> begin) {
    return begin
        .get()
        .compose(
            begun ->
                verify(username, password)
                    .recover(problem -> takeBack(begun, problem))
                    .compose(proven -> proven.isPresent() ? succeed(proven, begun) : fail(begun)));
  }

  /** The account is read first, so that another password that comes meanwhile is noticed. */
  private Future<Optional<Account>> verify(String username, String password) {
    return find(username)
        .compose(
            account ->
                passwords
                    .verify(username, password)
                    .map(right -> right ? account : Optional.empty()));
  }

  private Future<Optional<Account>> takeBack(SignInLimits.Try begun, Throwable problem) {
    return limits.undecided(begun).transform(done -> Future.failedFuture(problem));
  }

  private Future<Tried> succeed(Optional<Account> proven, SignInLimits.Try begun) {
    return limits.succeeded(begun).map(new Tried(proven, false));
  }

  private Future<Tried> fail(SignInLimits.Try begun) {
    return limits.failed(begun).map(new Tried(Optional.empty(), begun.isLastAtOnce()));
  }

  /**
   * Notes a failed try, and with it the beginning of a slow-down. Tries that are sent away because
   * they come too early are not noted one by one: a guesser could fill the table with them.
   */
  private Future<Void> refuse(String username, Tried tried, Client client) {
    Future<Void> noted = note(AuditEvent.SIGN_IN_REFUSED, username, client);
    return tried.lastAtOnce()
        ? noted.compose(done -> note(AuditEvent.SIGN_IN_SLOWED, username, client))
        : noted;
  }

  private Future<Void> note(AuditEvent event, String username, Client client) {
    return find(username)
        .compose(account -> audit.record(pool, event, account.orElse(null), client));
  }

  /** Looks the name up whether it is known or not: the same work takes the same time. */
  private Future<Optional<Account>> find(String username) {
    String name = username.matches(Profile.USERNAME) ? username : Passwords.NOBODY;
    return accounts.byUsername(pool, name);
  }
}
