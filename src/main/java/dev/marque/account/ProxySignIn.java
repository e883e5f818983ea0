package dev.marque.account;

import dev.marque.web.CrossOrigin;
import dev.marque.web.Failure;
import dev.marque.web.Proxies;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import io.vertx.sqlclient.Pool;
import java.util.List;
import java.util.Optional;

/**
 * Identifies people whom a reverse proxy has signed in and names in a header ({@code
 * marque.sso.header.name}). The header is accepted only from a trusted proxy, which has to remove
 * it from what browsers send.
 *
 * <p>There is no session: each request carries the name, so a person is never signed in here for
 * longer than at the proxy.
 */
final class ProxySignIn {

  /** The issuer in {@link Identities}. */
  static final String ISSUER = "proxy";

  private final Optional<String> header;
  private final Proxies proxies;
  private final Pool pool;
  private final Accounts accounts;
  private final Identities identities;
  private final Refusals refusals;

  /**
   * @param header the name of the header; empty disables this kind of sign-in
   */
  ProxySignIn(
      Optional<String> header,
      Proxies proxies,
      Pool pool,
      Accounts accounts,
      Identities identities,
      Refusals refusals) {
    this.header = header;
    this.proxies = proxies;
    this.pool = pool;
    this.accounts = accounts;
    this.identities = identities;
    this.refusals = refusals;
  }

  /**
   * Returns the user named by the proxy; empty if it names none, or if a page of another origin may
   * read the response: the proxy adds the name to whatever request passes through it.
   *
   * <p>Fails with {@link Failure.Forbidden} ({@code sso-name}, {@code sso-disabled}).
   */
  Future<Optional<User>> find(RoutingContext ctx) {
    if (header.isEmpty()
        || !proxies.trusts(ctx.request())
        || CrossOrigin.isReadByAnotherOrigin(ctx)) {
      return Future.succeededFuture(Optional.empty());
    }
    List<String> names = ctx.request().headers().getAll(header.get());
    if (names.isEmpty() || (names.size() == 1 && names.get(0).isBlank())) {
      return Future.succeededFuture(Optional.empty());
    }
    String name = names.get(0).strip();
    if (names.size() > 1 || !name.matches(Profile.USERNAME)) {
      return Future.failedFuture(new Failure.Forbidden("sso-name"));
    }
    return accounts
        .byUsername(pool, name)
        .compose(
            known -> known.map(Future::succeededFuture).orElseGet(() -> add(name, Client.of(ctx))))
        .compose(account -> orRefuse(account, Client.of(ctx)));
  }

  private Future<Account> add(String name, Client client) {
    Profile profile = new Profile(name, "", name, name);
    return identities.add(
        ISSUER, name.toLowerCase(java.util.Locale.ROOT), profile, Role.USER, client);
  }

  private Future<Optional<User>> orRefuse(Account account, Client client) {
    return account.disabled()
        ? refusals
            .recordSignIn(account, client)
            .compose(done -> Future.failedFuture(new Failure.Forbidden("sso-disabled")))
        : Future.succeededFuture(
            Optional.of(
                new User(account.id(), account.username(), account.role(), User.NO_SESSION)));
  }
}
