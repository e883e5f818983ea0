package dev.marque.benchmark;

import java.util.Arrays;

/** Durations, or moments, in nanoseconds. */
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
   * So many of them, in milliseconds, are not longer.
   *
   * @param share 0.5 for the median
   */
  double millis(double share) {
    if (count == 0) {
      return Double.NaN;
    }
    long[] sorted = all();
    Arrays.sort(sorted);
    return sorted[Math.min(count - 1, (int) (share * count))] / 1e6;
  }

  /** The share that is not longer than so many milliseconds. */
  double within(double millis) {
    long enough = Arrays.stream(values, 0, count).filter(nanos -> nanos <= millis * 1e6).count();
    return count == 0 ? Double.NaN : (double) enough / count;
  }
}
