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
 * Hashes and verifies passwords: a worker verticle, deployed once a core, so that no more hashes
 * run at once than there are cores. {@link Passwords} sends it its work.
 *
 * <p>{@link SqlAuthentication} verifies where its query's answer arrives. Asked from here, that is
 * this verticle's worker thread; asked from a route it would be an event loop. It answers at once
 * where its query finds nobody, so the query finds somebody always: a hash that nothing matches
 * stands in for an unknown name, which then takes as long as a wrong password.
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

  private final Pool pool;
  private final Accounts accounts;
  private final HashingStrategy strategy = HashingStrategy.load();
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
                        .formatted(hash(random(32)))));
  }

  @Override
  public Future<?> start() {
    // Only this process: passwords do not travel over the cluster.
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
            right -> right ? rehash(username, password).map(true) : Future.succeededFuture(false));
  }

  /** {@link SqlAuthentication} has no other sign for a no than the words of its failure. */
  private static Future<Boolean> refusal(Throwable failure) {
    return REFUSAL.equals(failure.getMessage())
        ? Future.succeededFuture(false)
        : Future.failedFuture(failure);
  }

  /** The password is only known now: the moment to hash it as is done today. */
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
              LOG.info("Hashing the password of {} with the parameters of today", account.id());
              return accounts.replaceHash(pool, account.id(), stored, hash(password));
            });
  }

  private String hash(String password) {
    return strategy.hash(Argon2id.ID, Argon2id.PARAMETERS, random(Argon2id.SALT_BYTES), password);
  }

  private static String random(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return Base64.getEncoder().withoutPadding().encodeToString(random);
  }
}
