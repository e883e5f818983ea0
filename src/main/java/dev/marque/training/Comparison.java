package dev.marque.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Tells whether one model is worse than another by more than chance. */
final class Comparison {

  /** A calibration error this much larger is more than its noise on a few hundred photos. */
  private static final double CALIBRATION_NOISE = 0.01;

  private Comparison() {}

  /** One line for each figure in which the first is worse than the second. */
  static List<String> worse(Evaluation first, Evaluation second) {
    List<String> worse = new ArrayList<>();
    if (below(first.top1(), second.top1(), first.photos())) {
      worse.add(percentages("top-1", first.top1(), second.top1()));
    }
    if (first.calibrationError() > second.calibrationError() + CALIBRATION_NOISE) {
      worse.add(
          percentages("calibration error", first.calibrationError(), second.calibrationError()));
    }
    for (Evaluation.Brand brand : first.brands()) {
      second.brands().stream()
          .filter(other -> other.brand().equals(brand.brand()))
          .filter(other -> below(brand.recall(), other.recall(), brand.photos()))
          .forEach(
              other ->
                  worse.add(
                      percentages("recall of " + brand.brand(), brand.recall(), other.recall())));
    }
    return worse;
  }

  /** Whether a share of so many photos is below another one by over two standard errors. */
  private static boolean below(double share, double other, int photos) {
    if (photos == 0) {
      return false;
    }
    double pooled = (share + other) / 2;
    return share < other - 2 * Math.sqrt(2 * pooled * (1 - pooled) / photos);
  }

  private static String percentages(String what, double first, double second) {
    return String.format(Locale.ROOT, "%s %.2f%% against %.2f%%", what, 100 * first, 100 * second);
  }
}
