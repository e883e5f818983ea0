package dev.marque.benchmark;

import java.util.Arrays;

/** A growing list of durations or points in time, in nanoseconds. Not thread-safe. */
final class Times {

  private long[] values = new long[1024];
  private int count;

  void add(long nanos) {
    if (count == values.length) {
      values = Arrays.copyOf(values, 2 * count);
    }
    values[count++] = nanos;
  }

  int count() {
    return count;
  }

  long[] all() {
    return Arrays.copyOf(values, count);
  }

  /**
   * Returns a quantile in milliseconds, or NaN if there are no values.
   *
   * @param share the quantile, from 0 to 1; 0.5 is the median
   */
  double millis(double share) {
    if (count == 0) {
      return Double.NaN;
    }
    long[] sorted = all();
    Arrays.sort(sorted);
    return sorted[Math.min(count - 1, (int) (share * count))] / 1e6;
  }

  /** Returns the share of values of at most {@code millis} milliseconds; NaN if there are none. */
  double within(double millis) {
    long atMost = Arrays.stream(values, 0, count).filter(nanos -> nanos <= millis * 1e6).count();
    return count == 0 ? Double.NaN : (double) atMost / count;
  }
}
