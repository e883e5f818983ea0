package dev.marque.benchmark;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What a load was answered. */
final class Answers {

  private final Map<Integer, Times> times = new TreeMap<>();
  private final Times ends = new Times();
  private final long begin = System.nanoTime();
  private int sent;
  private int broken;
  private double seconds;

  void sent() {
    sent++;
  }

  void broke() {
    broken++;
  }

  void answered(int status, long nanos) {
    times.computeIfAbsent(status, key -> new Times()).add(nanos);
    if (status == 201) {
      ends.add(System.nanoTime() - begin);
    }
  }

  /** That it took so long, the answers that came late not counted. */
  void lasted(double seconds) {
    this.seconds = seconds;
  }

  int allSent() {
    return sent;
  }

  int allAnswered() {
    return times.values().stream().mapToInt(Times::count).sum();
  }

  int broken() {
    return broken;
  }

  /** The durations of answers of this status. */
  Times of(int status) {
    return times.getOrDefault(status, new Times());
  }

  /** Predictions a second, of those that came while the load lasted. */
  double photosPerSecond() {
    long count = Arrays.stream(ends.all()).filter(at -> at <= seconds * 1e9).count();
    return count / seconds;
  }

  /**
   * The first second of this load in which so many predictions came; its beginning, in seconds from
   * the load's, or infinity.
   */
  double firstSecondWith(double photos) {
    long[] at = ends.all();
    for (double from = 0; from + 1 <= seconds; from += 0.1) {
      double begins = from * 1e9;
      long came =
          Arrays.stream(at).filter(t -> t >= begins && t < begins + 1e9).count();
      if (came >= photos) {
        return from;
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  /** One line a status. */
  String table() {
    StringBuilder lines = new StringBuilder();
    times.forEach(
        (status, all) ->
            lines.append(
                String.format(
                    Locale.ROOT,
                    "  %d: %d answers, p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, most %.1f ms%n",
                    status,
                    all.count(),
                    all.millis(0.5),
                    all.millis(0.95),
                    all.millis(0.99),
                    all.millis(1))));
    return lines.toString();
  }
}
