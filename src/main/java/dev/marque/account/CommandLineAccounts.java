package dev.marque.account;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.Clock;

/**
 * Creates accounts from the command line, even while a server is running. Unlike {@link
 * AccountFeature} it leaves the signing keys alone, since loading them may replace those of the
 * running server.
 */
public final class CommandLineAccounts {

  private final Vertx vertx;
  private final Pool pool;
  private final Accounts accounts;
  private final Registration registration;

  /**
   * @param pool connections to the database, with an up-to-date schema
   */
  public CommandLineAccounts(Vertx vertx, Pool pool, Clock clock, MeterRegistry meters) {
    this.vertx = vertx;
    this.pool = pool;
    accounts = new Accounts(clock);
    registration =
        new Registration(
            pool,
            accounts,
            new Passwords(vertx, meters, 1),
            new FieldRules(),
            new Audit(clock),
            new SetupLinks(pool, accounts, clock));
  }

  /** Deploys the verticle that hashes passwords. */
  public Future<Void> start() {
    return vertx
        .deployVerticle(
            () -> new Credentials(pool, accounts),
            new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER))
        .mapEmpty();
  }

  /**
   * Creates an account without an e-mail address.
   *
   * <p>Fails with {@link dev.marque.web.Failure.Invalid} and {@link
   * dev.marque.web.Failure.Conflict}.
   */
  public Future<Account> add(String username, String password, Role role) {
    Profile profile = new Profile(username, "", username, username);
    return registration.add(profile, password, role);
  }
}
