package dev.marque.prediction;

import dev.marque.web.Failure;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Bounds the exports that run at once, each of which holds a connection to the database for as long
 * as its client reads: four in all, and two of one account, so that none can keep all others out.
 * Thread-safe.
 */
final class ExportPlaces {

  private static final int IN_ALL = 4;
  private static final int OF_ONE = 2;
  private static final Duration RETRY = Duration.ofSeconds(5);

  private final Map<UUID, Integer> running = new HashMap<>();
  private int all;

  /**
   * Takes a place, to be {@linkplain #leave left}.
   *
   * @throws Failure.TooManyRequests ({@code exports-at-once}) if the account has its two
   * @throws Failure.Unavailable ({@code busy}) if there is no place left
   */
  synchronized void enter(UUID account) {
    if (running.getOrDefault(account, 0) == OF_ONE) {
      throw new Failure.TooManyRequests("exports-at-once", RETRY);
    }
    if (all == IN_ALL) {
      throw new Failure.Unavailable("busy", RETRY);
    }
    running.merge(account, 1, Integer::sum);
    all++;
  }

  /** Gives a place back. */
  synchronized void leave(UUID account) {
    running.computeIfPresent(account, (key, count) -> count == 1 ? null : count - 1);
    all--;
  }
}
