package dev.marque.prediction;

import dev.marque.web.Failure;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Limits the number of concurrent exports, each of which holds a database connection for as long as
 * its client reads: four in total and two per account, so that no account can block all others.
 * Thread-safe.
 */
final class ExportSlots {

  private static final int MAX_TOTAL = 4;
  private static final int MAX_PER_ACCOUNT = 2;
  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  private final Map<UUID, Integer> running = new HashMap<>();
  private int total;

  /**
   * Acquires a slot, which the caller must {@linkplain #release release}.
   *
   * @throws Failure.TooManyRequests ({@code exports-at-once}) if the account already has two
   * @throws Failure.Unavailable ({@code busy}) if no slot is free
   */
  synchronized void acquire(UUID account) {
    if (running.getOrDefault(account, 0) == MAX_PER_ACCOUNT) {
      throw new Failure.TooManyRequests("exports-at-once", RETRY_AFTER);
    }
    if (total == MAX_TOTAL) {
      throw new Failure.Unavailable("busy", RETRY_AFTER);
    }
    running.merge(account, 1, Integer::sum);
    total++;
  }

  /** Releases a slot. */
  synchronized void release(UUID account) {
    running.computeIfPresent(account, (key, count) -> count == 1 ? null : count - 1);
    total--;
  }
}
