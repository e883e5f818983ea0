package dev.marque.prediction;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.marque.web.Failure;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many predictions an account may make: a token bucket that holds one minute's worth and fills
 * evenly, so that a burst is welcome and a flood is not.
 *
 * <p>Where several web nodes share the allowances, what is here is what they said last.
 *
 * <p>Buckets nobody touched for two minutes are full again and forgotten; at most a hundred
 * thousand are held.
 */
public final class PredictionLimits {

  private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long MOST_BUCKETS = 100_000;

  private final int perMinute;
  private final LongSupplier nanoTime;
  private final @Nullable SharedAllowances shared;
  private final Cache<UUID, Bucket> buckets =
      Caffeine.newBuilder()
          .maximumSize(MOST_BUCKETS)
          .expireAfterAccess(Duration.ofMinutes(2))
          .build();

  /**
   * @param perMinute predictions an account and minute
   * @param nanoTime as {@link System#nanoTime}
   */
  public PredictionLimits(int perMinute, LongSupplier nanoTime) {
    this(perMinute, nanoTime, null);
  }

  /**
   * @param shared where other web nodes count too; null: this process is the only one
   */
  public PredictionLimits(int perMinute, LongSupplier nanoTime, @Nullable SharedAllowances shared) {
    this.perMinute = perMinute;
    this.nanoTime = nanoTime;
    this.shared = shared;
  }

  /**
   * Takes one prediction from the account's allowance, over all web nodes; fails with {@link
   * Failure.TooManyRequests} ({@code predictions-per-minute}) if none is left.
   */
  Future<Void> request(UUID account) {
    if (shared == null) {
      try {
        take(account);
        return Future.succeededFuture();
      } catch (Failure.TooManyRequests none) {
        return Future.failedFuture(none);
      }
    }
    return shared
        .take(account, SharedAllowances.FULL / perMinute)
        .compose(
            seen -> {
              bucket(account).set(seen.seconds());
              if (seen.taken()) {
                return Future.succeededFuture();
              }
              double wait = SharedAllowances.FULL / perMinute - seen.seconds();
              return Future.failedFuture(noneLeft((long) (wait * 1e9)));
            });
  }

  /**
   * Takes nothing, and fails as {@link #request} would if by what this node knows nothing is left.
   */
  Future<Void> look(UUID account) {
    long wait = bucket(account).wanting();
    return wait > 0 ? Future.failedFuture(noneLeft(wait)) : Future.succeededFuture();
  }

  /**
   * Takes one prediction from the account's allowance.
   *
   * @throws Failure.TooManyRequests ({@code predictions-per-minute}) if none is left
   */
  void take(UUID account) {
    long wait = bucket(account).take();
    if (wait > 0) {
      throw noneLeft(wait);
    }
  }

  private static Failure.TooManyRequests noneLeft(long waitNanos) {
    return new Failure.TooManyRequests("predictions-per-minute", Duration.ofNanos(waitNanos));
  }

  /** Gives one back that was taken for work which the server then refused to do. */
  Future<Void> giveBack(UUID account) {
    bucket(account).giveBack();
    return shared == null
        ? Future.succeededFuture()
        : shared.giveBack(account, SharedAllowances.FULL / perMinute);
  }

  /**
   * Tells the client what is left ({@code RateLimit} and {@code RateLimit-Policy} of
   * draft-ietf-httpapi-ratelimit-headers).
   */
  void tell(UUID account, HttpServerResponse response) {
    long left = bucket(account).left();
    response.putHeader("RateLimit-Policy", "\"predictions\";q=" + perMinute + ";w=60");
    response.putHeader(
        "RateLimit",
        "\"predictions\";r=" + left + ";t=" + (left >= perMinute ? 0 : secondsToFull(account)));
  }

  private long secondsToFull(UUID account) {
    return Math.max(1, TimeUnit.NANOSECONDS.toSeconds(bucket(account).nanosToFull() + 999_999_999));
  }

  private Bucket bucket(UUID account) {
    return buckets.get(account, key -> new Bucket());
  }

  /** Counts nanoseconds of allowance: one prediction costs a minute divided by the limit. */
  private final class Bucket {

    private final long cost = WINDOW_NANOS / perMinute;
    private long allowance = WINDOW_NANOS;
    private long last = nanoTime.getAsLong();

    /** Nanoseconds to wait, 0 if it was taken. */
    synchronized long take() {
      long wait = wanting();
      if (wait == 0) {
        allowance -= cost;
      }
      return wait;
    }

    /** Nanoseconds until there is enough for one. */
    synchronized long wanting() {
      fill();
      return Math.max(0, cost - allowance);
    }

    /** What another clock has counted. */
    synchronized void set(double seconds) {
      allowance = (long) (seconds * 1e9);
      last = nanoTime.getAsLong();
    }

    synchronized void giveBack() {
      allowance = Math.min(WINDOW_NANOS, allowance + cost);
    }

    synchronized long left() {
      fill();
      return Math.min(perMinute, allowance / cost);
    }

    synchronized long nanosToFull() {
      return WINDOW_NANOS - allowance;
    }

    private void fill() {
      long now = nanoTime.getAsLong();
      allowance = Math.min(WINDOW_NANOS, allowance + Math.max(0, now - last));
      last = now;
    }
  }
}
