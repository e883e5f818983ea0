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
 * Limits the rate of predictions per account with token buckets. A bucket holds the predictions of
 * one minute and refills continuously, which allows bursts but no sustained overload.
 *
 * <p>If several web nodes share the allowances, the buckets here cache the last known values.
 *
 * <p>Buckets that were not used for two minutes are full again and are dropped; at most 100,000 are
 * kept.
 */
public final class PredictionLimits {

  private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long MAX_BUCKETS = 100_000;

  private final int perMinute;
  private final LongSupplier nanoTime;
  private final @Nullable SharedAllowances shared;
  private final Cache<UUID, Bucket> buckets =
      Caffeine.newBuilder()
          .maximumSize(MAX_BUCKETS)
          .expireAfterAccess(Duration.ofMinutes(2))
          // Waking another thread costs more than this cache's maintenance.
          .executor(Runnable::run)
          .build();

  /**
   * @param perMinute predictions per account and minute
   * @param nanoTime clock like {@link System#nanoTime}
   */
  public PredictionLimits(int perMinute, LongSupplier nanoTime) {
    this(perMinute, nanoTime, null);
  }

  /**
   * @param shared allowances shared with other web nodes; {@code null} if there are none
   */
  public PredictionLimits(int perMinute, LongSupplier nanoTime, @Nullable SharedAllowances shared) {
    this.perMinute = perMinute;
    this.nanoTime = nanoTime;
    this.shared = shared;
  }

  /**
   * Takes one prediction from the account's allowance across all web nodes; fails with {@link
   * Failure.TooManyRequests} ({@code predictions-per-minute}) if none is left.
   */
  Future<Void> acquire(UUID account) {
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
            state -> {
              bucket(account).set(state.seconds());
              if (state.taken()) {
                return Future.succeededFuture();
              }
              double wait = SharedAllowances.FULL / perMinute - state.seconds();
              return Future.failedFuture(noneLeft((long) (wait * 1e9)));
            });
  }

  /**
   * Takes nothing, but fails as {@link #acquire} would if, as far as this node knows, nothing is
   * left.
   */
  Future<Void> check(UUID account) {
    long wait = bucket(account).nanosToNext();
    return wait > 0 ? Future.failedFuture(noneLeft(wait)) : Future.succeededFuture();
  }

  /**
   * Takes one prediction from the account's allowance on this node.
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

  /** Returns a prediction to the allowance after an error of the server. */
  Future<Void> refund(UUID account) {
    bucket(account).refund();
    return shared == null
        ? Future.succeededFuture()
        : shared.refund(account, SharedAllowances.FULL / perMinute);
  }

  /**
   * Adds the response headers {@code RateLimit} and {@code RateLimit-Policy}
   * (draft-ietf-httpapi-ratelimit-headers).
   */
  void addHeaders(UUID account, HttpServerResponse response) {
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

  /** A bucket of nanoseconds; one prediction costs a minute divided by the limit. */
  private final class Bucket {

    private final long cost = WINDOW_NANOS / perMinute;
    private long allowance = WINDOW_NANOS;
    private long last = nanoTime.getAsLong();

    /** Takes one prediction and returns 0, or returns the nanoseconds to wait. */
    synchronized long take() {
      long wait = nanosToNext();
      if (wait == 0) {
        allowance -= cost;
      }
      return wait;
    }

    /** Returns the nanoseconds until one prediction is available. */
    synchronized long nanosToNext() {
      fill();
      return Math.max(0, cost - allowance);
    }

    /** Sets the allowance to a value from the database. */
    synchronized void set(double seconds) {
      allowance = (long) (seconds * 1e9);
      last = nanoTime.getAsLong();
    }

    synchronized void refund() {
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
