package dev.marque.account;

import dev.marque.platform.RequestContext;
import dev.marque.web.Failure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.text.Normalizer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * The client of {@link Credentials}: a bounded queue in front of slow work. A full queue rejects
 * requests at once. Sign-ups, which anyone can send, are counted separately, so that they never
 * prevent sign-ins. Thread-safe.
 */
final class Passwords {

  private static final int MAX_WAITING_PER_CORE = 32;
  private static final Duration RETRY = Duration.ofSeconds(2);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  /** Normalized to 128 characters, a password was typed as at most four times as many. */
  private static final int MAX_TYPED_LENGTH = 1024;

  private static final Pattern USERNAME = Pattern.compile(Profile.USERNAME);

  /** A name that no account can have. */
  static final String NOBODY = "-";

  private final Vertx vertx;
  private final int capacity;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger signUpsWaiting = new AtomicInteger();
  private final Counter rejected;
  private final Timer timer;

  Passwords(Vertx vertx, MeterRegistry meters, int cores) {
    this.vertx = vertx;
    this.capacity = cores * MAX_WAITING_PER_CORE;
    this.rejected = meters.counter("marque.credentials.rejected");
    this.timer = meters.timer("marque.credentials.duration");
    Gauge.builder("marque.credentials.waiting", () -> waiting.get() + signUpsWaiting.get())
        .register(meters);
  }

  /** Hashes a password for storage; fails with {@link Failure.Unavailable} ({@code busy}). */
  Future<String> hash(String password) {
    return hash(password, waiting);
  }

  /** Hashes the password of a new account; fails as {@link #hash} does. */
  Future<String> hashForSignUp(String password) {
    return hash(password, signUpsWaiting);
  }

  private Future<String> hash(String password, AtomicInteger count) {
    JsonObject body = new JsonObject().put("password", normalize(password));
    return request(Credentials.HASH, body, count);
  }

  /**
   * Returns whether the password is that of the account; false, after the same time, if there is no
   * such account.
   *
   * <p>Fails with {@link Failure.Unavailable} ({@code busy}, {@code database-unreachable}).
   */
  Future<Boolean> verify(String username, String password) {
    String name = USERNAME.matcher(username).matches() ? username : NOBODY;
    return request(
        Credentials.VERIFY,
        new JsonObject().put("username", name).put("password", normalize(password)),
        waiting);
  }

  private <T> Future<T> request(String action, JsonObject body, AtomicInteger count) {
    if (count.incrementAndGet() > capacity) {
      count.decrementAndGet();
      rejected.increment();
      return Future.failedFuture(new Failure.Unavailable("busy", RETRY));
    }
    Timer.Sample sample = Timer.start();
    DeliveryOptions options =
        new DeliveryOptions()
            .setLocalOnly(true)
            .setSendTimeout(TIMEOUT.toMillis())
            .addHeader(Credentials.ACTION, action);
    String requestId = RequestContext.requestId();
    if (requestId != null) {
      options.addHeader(Credentials.REQUEST, requestId);
    }
    return vertx
        .eventBus()
        .<T>request(Credentials.ADDRESS, body, options)
        .onComplete(
            answer -> {
              count.decrementAndGet();
              sample.stop(timer);
            })
        .map(message -> message.body())
        .recover(Passwords::unavailable);
  }

  private static <T> Future<T> unavailable(Throwable problem) {
    boolean database =
        problem instanceof ReplyException e && e.failureCode() == Credentials.DATABASE_FAILED;
    return Future.failedFuture(
        new Failure.Unavailable(database ? "database-unreachable" : "busy", RETRY));
  }

  /**
   * Normalizes a password, so that it does not depend on how the keyboard composed its characters
   * (NIST SP 800-63B, 3.1.1.2). Returns an input unchanged that is too long for any password:
   * normalizing takes quadratic time.
   */
  static String normalize(String password) {
    return password.length() > MAX_TYPED_LENGTH
        ? password
        : Normalizer.normalize(password, Normalizer.Form.NFKC);
  }
}
