package dev.marque.training;

import dev.marque.vision.Scores;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Metrics of a classifier. */
final class Figures {

  private Figures() {}

  /** Rounds to five decimals; more are not significant and differ between machines. */
  static double rounded(double value) {
    return Math.round(value * 1e5) / 1e5;
  }

  /** Returns the top-k accuracy. */
  static double top(List<Judged> photos, int k) {
    long right = photos.stream().filter(photo -> rank(photo.scores(), photo.brand()) < k).count();
    return (double) right / photos.size();
  }

  /** Returns the top-1 accuracy of the first look. */
  static double topOfFirst(List<Judged> photos) {
    long right = photos.stream().filter(photo -> rank(photo.first(), photo.brand()) < 1).count();
    return (double) right / photos.size();
  }

  /** Returns the number of brands that are more likely than the correct one. */
  private static int rank(Scores scores, int brand) {
    double[] brands = scores.brands();
    int rank = 0;
    for (double probability : brands) {
      rank += probability > brands[brand] ? 1 : 0;
    }
    return rank;
  }

  /** Returns the confusion matrix, {@code counts[brand][answer]}. */
  static int[][] confusion(List<Judged> photos, int brands) {
    int[][] counts = new int[brands][brands];
    for (Judged photo : photos) {
      counts[photo.brand()][photo.scores().top()]++;
    }
    return counts;
  }

  /** Returns a share, rounded, or {@code null} if the total is 0. */
  static @Nullable Double share(long part, long total) {
    return total == 0 ? null : rounded((double) part / total);
  }

  /** Returns the number of photos of a brand. */
  static int photos(int[][] confusion, int brand) {
    return Arrays.stream(confusion[brand]).sum();
  }

  /** Returns the number of photos that were classified as a brand. */
  static int called(int[][] confusion, int brand) {
    return Arrays.stream(confusion).mapToInt(row -> row[brand]).sum();
  }

  /** Returns the F1 score of a brand with photos. */
  static double f1(int[][] confusion, int brand) {
    return 2.0 * confusion[brand][brand] / (photos(confusion, brand) + called(confusion, brand));
  }

  /** Returns the unweighted mean of the F1 scores of all brands with photos. */
  static double macroF1(int[][] confusion) {
    return IntStream.range(0, confusion.length)
        .filter(brand -> photos(confusion, brand) > 0)
        .mapToDouble(brand -> f1(confusion, brand))
        .average()
        .orElse(0);
  }

  /** Returns the share of pairs in which the positive exceeds the negative; ties count half. */
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

  /** Returns the 95% confidence interval of a share of {@code count} (Wilson, 1927). */
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
   * Returns the expected calibration error: the mean absolute difference between claimed and actual
   * accuracy over bins with the same number of answers.
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
