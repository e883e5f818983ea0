package dev.marque.training;

import dev.marque.vision.Scores;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Figures that judge a classifier. */
final class Figures {

  private Figures() {}

  /** To five places: more would pretend, and would differ between machines. */
  static double rounded(double value) {
    return Math.round(value * 1e5) / 1e5;
  }

  /** The share of photos whose brand is among the k most likely. */
  static double top(List<Judged> photos, int k) {
    long right = photos.stream().filter(photo -> rank(photo.scores(), photo.brand()) < k).count();
    return (double) right / photos.size();
  }

  /** The share of photos whose brand is the most likely after one look. */
  static double topOfFirst(List<Judged> photos) {
    long right = photos.stream().filter(photo -> rank(photo.first(), photo.brand()) < 1).count();
    return (double) right / photos.size();
  }

  /** How many brands are more likely than the right one. */
  private static int rank(Scores scores, int brand) {
    double[] brands = scores.brands();
    int rank = 0;
    for (double probability : brands) {
      rank += probability > brands[brand] ? 1 : 0;
    }
    return rank;
  }

  /** {@code counts[brand][answer]}. */
  static int[][] confusion(List<Judged> photos, int brands) {
    int[][] counts = new int[brands][brands];
    for (Judged photo : photos) {
      counts[photo.brand()][photo.scores().top()]++;
    }
    return counts;
  }

  /** A share to five places; null where there is nothing to have a share of. */
  static @Nullable Double share(long part, long whole) {
    return whole == 0 ? null : rounded((double) part / whole);
  }

  /** Photos of a brand. */
  static int photos(int[][] confusion, int brand) {
    return Arrays.stream(confusion[brand]).sum();
  }

  /** Photos that were called by a brand's name. */
  static int called(int[][] confusion, int brand) {
    return Arrays.stream(confusion).mapToInt(row -> row[brand]).sum();
  }

  /** The harmonic mean of precision and recall of a brand that there are photos of. */
  static double f1(int[][] confusion, int brand) {
    return 2.0 * confusion[brand][brand] / (photos(confusion, brand) + called(confusion, brand));
  }

  /** The mean of the F1 of the brands that there are photos of, each counting alike. */
  static double macroF1(int[][] confusion) {
    return IntStream.range(0, confusion.length)
        .filter(brand -> photos(confusion, brand) > 0)
        .mapToDouble(brand -> f1(confusion, brand))
        .average()
        .orElse(0);
  }

  /** The chance that a positive has a higher value than a negative; ties count half. */
  static double auroc(double[] positives, double[] negatives) {
    double[] sorted = negatives.clone();
    Arrays.sort(sorted);
    double wins = 0;
    for (double value : positives) {
      int below = lowerBound(sorted, value);
      int upTo = upperBound(sorted, value);
      wins += below + (upTo - below) / 2.0;
    }
    return wins / positives.length / negatives.length;
  }

  private static int lowerBound(double[] sorted, double value) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static int upperBound(double[] sorted, double value) {
    return lowerBound(sorted, Math.nextUp(value));
  }

  /** The bounds of a share of {@code count} with 95% confidence (Wilson, 1927). */
  static double[] interval(double share, int count) {
    double z = 1.959964;
    double center = (share + z * z / (2 * count)) / (1 + z * z / count);
    double half =
        z
            * Math.sqrt(share * (1 - share) / count + z * z / (4.0 * count * count))
            / (1 + z * z / count);
    return new double[] {rounded(Math.max(0, center - half)), rounded(Math.min(1, center + half))};
  }

  /**
   * Expected calibration error: the mean distance between claimed and true accuracy over bins of as
   * many answers each.
   */
  static double calibrationError(double[] claimed, boolean[] right, int bins) {
    Integer[] order = new Integer[claimed.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Double.compare(claimed[a], claimed[b]));
    double error = 0;
    for (int bin = 0; bin < bins; bin++) {
      int from = bin * order.length / bins;
      int to = (bin + 1) * order.length / bins;
      double difference = 0;
      for (int i = from; i < to; i++) {
        difference += claimed[order[i]] - (right[order[i]] ? 1 : 0);
      }
      error += Math.abs(difference) / order.length;
    }
    return error;
  }
}
