package dev.marque.benchmark;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The answers to one run of load, and how long each took. */
final class Answers {

  private final Map<Integer, Times> times = new TreeMap<>();
  private final Times completions = new Times();
  private final long begin = System.nanoTime();
  private int sent;
  private int broken;
  private double seconds;

  void recordSent() {
    sent++;
  }

  void recordBroken() {
    broken++;
  }

  void recordAnswer(int status, long nanos) {
    times.computeIfAbsent(status, key -> new Times()).add(nanos);
    if (status == 201) {
      completions.add(System.nanoTime() - begin);
    }
  }

  /** Sets how long load was sent; answers that arrive later do not count towards the rate. */
  void setDuration(double seconds) {
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

  /** Returns the durations of the answers with this status. */
  Times of(int status) {
    return times.getOrDefault(status, new Times());
  }

  /** Returns predictions per second, counting those completed while load was sent. */
  double photosPerSecond() {
    long count = Arrays.stream(completions.all()).filter(at -> at <= seconds * 1e9).count();
    return count / seconds;
  }

  /**
   * Returns the start of the first one-second window with at least {@code photos} predictions, in
   * seconds from the start of the run, or infinity if there is none.
   */
  double firstSecondWith(double photos) {
    long[] at = completions.all();
    for (double from = 0; from + 1 <= seconds; from += 0.1) {
      double start = from * 1e9;
      long completed = Arrays.stream(at).filter(t -> t >= start && t < start + 1e9).count();
      if (completed >= photos) {
        return from;
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  /** Returns one line per status. */
  String table() {
    StringBuilder lines = new StringBuilder();
    times.forEach(
        (status, all) ->
            lines.append(
                String.format(
                    Locale.ROOT,
                    "  %d: %d answers, p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, max %.1f ms%n",
                    status,
                    all.count(),
                    all.millis(0.5),
                    all.millis(0.95),
                    all.millis(0.99),
                    all.millis(1))));
    return lines.toString();
  }
}
