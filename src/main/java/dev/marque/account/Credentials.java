package dev.marque.account;

import dev.marque.platform.RequestContext;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.authentication.UsernamePasswordCredentials;
import io.vertx.ext.auth.hashing.HashingStrategy;
import io.vertx.ext.auth.sqlclient.SqlAuthentication;
import io.vertx.ext.auth.sqlclient.SqlAuthenticationOptions;
import io.vertx.sqlclient.Pool;
import java.security.SecureRandom;
import java.util.Base64;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hashes and verifies passwords: a worker verticle with one instance per core, so that no more
 * hashes run at once than there are cores. {@link Passwords} sends it requests.
 *
 * <p>{@link SqlAuthentication} verifies on the thread on which the result of its query arrives.
 * Called from here, that is this verticle's worker thread; called from a route, it would be an
 * event loop. It answers at once if its query returns no row, so the query always returns one: for
 * an unknown name a hash that no password matches, which takes as long as a wrong password.
 */
final class Credentials extends VerticleBase {

  static final String ADDRESS = "accounts.credentials";
  static final String ACTION = "action";
  static final String REQUEST = "request";
  static final String HASH = "hash";
  static final String VERIFY = "verify";
  static final int DATABASE_FAILED = 1;

  private static final String REFUSAL = "Invalid username/password";
  private static final Logger LOG = LoggerFactory.getLogger(Credentials.class);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final HashingStrategy STRATEGY = HashingStrategy.load();

  /** The hash for unknown names, of a random password: one for all instances, since it is slow. */
  private static final String UNMATCHED = hash(random(32));

  private final Pool pool;
  private final Accounts accounts;
  private final SqlAuthentication authentication;

  Credentials(Pool pool, Accounts accounts) {
    this.pool = pool;
    this.accounts = accounts;
    this.authentication =
        SqlAuthentication.create(
            pool,
            new SqlAuthenticationOptions()
                .setAuthenticationQuery(
                    """
                    SELECT coalesce(
                        (SELECT password_hash FROM accounts WHERE lower(username) = lower($1)),
                        '%s')
                    """
                        .formatted(UNMATCHED)));
  }

  @Override
  public Future<?> start() {
    // Local to this process: passwords never travel over the cluster.
    return vertx.eventBus().<JsonObject>localConsumer(ADDRESS, this::answer).completion();
  }

  private void answer(Message<JsonObject> message) {
    String requestId = message.headers().get(REQUEST);
    if (requestId != null) {
      RequestContext.enter(requestId);
    }
    JsonObject body = message.body();
    String password = body.getString("password");
    if (HASH.equals(message.headers().get(ACTION))) {
      message.reply(hash(password));
    } else {
      verify(body.getString("username"), password)
          .onSuccess(message::reply)
          .onFailure(
              problem -> {
                LOG.warn("Verifying a password failed: {}", problem.toString());
                message.fail(DATABASE_FAILED, "verifying failed");
              });
    }
  }

  private Future<Boolean> verify(String username, String password) {
    return authentication
        .authenticate(new UsernamePasswordCredentials(username, password))
        .map(true)
        .recover(Credentials::refusal)
        .compose(
            correct ->
                correct ? rehash(username, password).map(true) : Future.succeededFuture(false));
  }

  /** {@link SqlAuthentication} signals a wrong password only by the message of its failure. */
  private static Future<Boolean> refusal(Throwable failure) {
    return REFUSAL.equals(failure.getMessage())
        ? Future.succeededFuture(false)
        : Future.failedFuture(failure);
  }

  /** Rehashes with the current parameters; only now is the password known. */
  private Future<Void> rehash(String username, String password) {
    return accounts
        .byUsername(pool, username)
        .compose(
            account ->
                account
                    .map(present -> rehash(present, password))
                    .orElseGet(Future::succeededFuture));
  }

  private Future<Void> rehash(Account account, String password) {
    return accounts
        .passwordHash(pool, account.id())
        .compose(
            stored -> {
              if (!Argon2id.isOutdated(stored)) {
                return Future.succeededFuture();
              }
              LOG.info("Rehashing the password of {} with the current parameters", account.id());
              return accounts.replaceHash(pool, account.id(), stored, hash(password));
            });
  }

  private static String hash(String password) {
    return STRATEGY.hash(Argon2id.ID, Argon2id.PARAMETERS, random(Argon2id.SALT_BYTES), password);
  }

  private static String random(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return Base64.getEncoder().withoutPadding().encodeToString(random);
  }
}
