package dev.marque.account;

import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.util.Optional;

/**
 * Proves who somebody is by name and password, alike for the form, the API, and where a signed-in
 * person is asked again.
 */
final class SignIn {

  private final Pool pool;
  private final Accounts accounts;
  private final Passwords passwords;
  private final SignInLimits limits;
  private final Sessions sessions;
  private final Audit audit;

  SignIn(
      Pool pool,
      Accounts accounts,
      Passwords passwords,
      SignInLimits limits,
      Sessions sessions,
      Audit audit) {
    this.pool = pool;
    this.accounts = accounts;
    this.passwords = passwords;
    this.limits = limits;
    this.sessions = sessions;
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
    return prove(username, password, client)
        .compose(
            proven ->
                proven.isPresent() && !proven.get().disabled()
                    ? begin(proven.get(), remember, client).map(Optional::of)
                    : refuse(username, client).map(Optional.empty()));
  }

  /** Begins a session for somebody whose account was made this moment. */
  Future<Grant> begin(Account account, boolean remember, Client client) {
    return pool.withTransaction(
        sql ->
            sessions
                .begin(sql, account, remember, client)
                .compose(
                    grant ->
                        audit
                            .record(sql, AuditEvent.SIGNED_IN, grant.user(), grant.user(), client)
                            .map(grant)));
  }

  /**
   * Asks a signed-in person for the password again, as slowly as at sign-in.
   *
   * <p>Fails with {@link Failure.Forbidden} ({@code password-wrong}) and as {@link #signIn} does.
   */
  Future<Void> confirm(User user, String password, Client client) {
    return prove(user.username(), password, client)
        .compose(
            proven ->
                proven.isPresent()
                    ? Future.<Void>succeededFuture()
                    : refuse(user.username(), client)
                        .compose(
                            done -> Future.failedFuture(new Failure.Forbidden("password-wrong"))));
  }

  private Future<Optional<Account>> prove(String username, String password, Client client) {
    return limits
        .begin(username, client.address())
        .recover(slowed -> noteSlowed(username, client, slowed))
        .compose(
            allowed ->
                passwords
                    .verify(username, password)
                    .recover(
                        problem ->
                            limits
                                .undecided(username, client.address())
                                .transform(done -> Future.failedFuture(problem))))
        .compose(
            right ->
                right
                    ? limits
                        .succeeded(username, client.address())
                        .compose(done -> accounts.byUsername(pool, username))
                    : Future.succeededFuture(Optional.empty()));
  }

  private Future<Void> refuse(String username, Client client) {
    return note(AuditEvent.SIGN_IN_REFUSED, username, client);
  }

  private Future<Void> noteSlowed(String username, Client client, Throwable slowed) {
    return slowed instanceof Failure.TooManyRequests
        ? note(AuditEvent.SIGN_IN_SLOWED, username, client)
            .transform(done -> Future.failedFuture(slowed))
        : Future.failedFuture(slowed);
  }

  /** Looks the name up whether it is known or not: the same work takes the same time. */
  private Future<Void> note(AuditEvent event, String username, Client client) {
    String name = username.matches(Profile.USERNAME) ? username : Passwords.NOBODY;
    return accounts
        .byUsername(pool, name)
        .compose(account -> audit.record(pool, event, account.orElse(null), client));
  }
}
