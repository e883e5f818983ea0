package dev.marque.prediction;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.marque.web.Failure;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How many predictions an account may make: a token bucket that holds one minute's worth and fills
 * evenly, so that a burst is welcome and a flood is not.
 *
 * <p>Buckets nobody touched for two minutes are full again and forgotten; at most a hundred
 * thousand are held.
 */
public final class PredictionLimits {

  private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long MOST_BUCKETS = 100_000;

  private final int perMinute;
  private final LongSupplier nanoTime;
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
    this.perMinute = perMinute;
    this.nanoTime = nanoTime;
  }

  /**
   * Takes one prediction from the account's allowance.
   *
   * @throws Failure.TooManyRequests ({@code predictions-per-minute}) if none is left
   */
  void take(UUID account) {
    long wait = bucket(account).take();
    if (wait > 0) {
      throw new Failure.TooManyRequests("predictions-per-minute", Duration.ofNanos(wait));
    }
  }

  /** Gives one back that was taken for work which the server then refused to do. */
  void giveBack(UUID account) {
    bucket(account).giveBack();
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
      fill();
      if (allowance < cost) {
        return cost - allowance;
      }
      allowance -= cost;
      return 0;
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
