package dev.marque.vision;

import java.util.List;

/**
 * Turns scores into verdicts and calibrated probabilities, as measured on the validation photos.
 *
 * @param temperature divides the logarithms of the brands' probabilities (Guo et al., 2017, "On
 *     Calibration of Modern Neural Networks")
 * @param confidentFrom minimum probability of the top brand for {@link Verdict#CONFIDENT}
 * @param knownFrom {@linkplain #familiarity familiarity} below which a car is of an {@link
 *     Verdict#UNKNOWN_MAKE}
 * @param carFrom car probability below which a photo is {@link Verdict#NOT_A_CAR}
 * @param curve measured accuracy by probability, in ascending order
 */
public record Calibration(
    double temperature, double confidentFrom, double knownFrom, double carFrom, List<Point> curve) {

  /**
   * For a network that is not calibrated yet: no verdict is {@link Verdict#CONFIDENT}, and the
   * accuracy is 0.
   */
  public static final Calibration NONE = new Calibration(1, 1.1, 0, 0, List.of(new Point(0, 0)));

  private static final double OTHER_MAKES_WEIGHT = 0.25;

  /**
   * One point of the accuracy curve.
   *
   * @param probability mean probability of the answers
   * @param accuracy share of these answers that were correct
   */
  public record Point(double probability, double accuracy) {}

  public Calibration {
    curve = List.copyOf(curve);
    if (!(temperature > 0) || curve.isEmpty()) {
      throw new IllegalArgumentException("temperature " + temperature + ", curve " + curve);
    }
  }

  /** Returns the brands' probabilities at the fitted temperature; they add up to 1. */
  public double[] brands(Scores scores) {
    double[] brands = new double[scores.brands().length];
    double sum = 0;
    for (int b = 0; b < brands.length; b++) {
      brands[b] = Math.pow(scores.brands()[b], 1 / temperature);
      sum += brands[b];
    }
    for (int b = 0; b < brands.length; b++) {
      brands[b] /= sum;
    }
    return brands;
  }

  /**
   * Returns how much a car looks like one of the known brands, 0 to 1: one minus the normalized
   * entropy of the brands, minus a quarter of the probability that the model head assigns to other
   * makes. The entropy detects makes that were not in the training data. A larger weight of the
   * model head would detect those less well, and other makes in the training data hardly better.
   */
  public static double familiarity(Scores scores) {
    double[] brands = scores.brands();
    double entropy = 0;
    for (double brand : brands) {
      entropy -= brand > 0 ? brand * Math.log(brand) : 0;
    }
    double normalizedEntropy = brands.length < 2 ? 0 : entropy / Math.log(brands.length);
    return Math.max(0, 1 - normalizedEntropy - OTHER_MAKES_WEIGHT * scores.otherMakes());
  }

  /** Returns the verdict on a photo. */
  public Verdict verdict(Scores scores) {
    if (scores.car() < carFrom) {
      return Verdict.NOT_A_CAR;
    }
    if (familiarity(scores) < knownFrom) {
      return Verdict.UNKNOWN_MAKE;
    }
    return brands(scores)[scores.top()] >= confidentFrom ? Verdict.CONFIDENT : Verdict.UNSURE;
  }

  /**
   * Returns the measured accuracy of answers with this probability, linearly interpolated between
   * the points of the curve; 0 if none was measured.
   */
  public double accuracyAt(double probability) {
    Point before = curve.get(0);
    if (probability <= before.probability()) {
      return before.accuracy();
    }
    for (Point point : curve) {
      if (probability <= point.probability()) {
        double share =
            (probability - before.probability()) / (point.probability() - before.probability());
        return before.accuracy() + share * (point.accuracy() - before.accuracy());
      }
      before = point;
    }
    return before.accuracy();
  }
}
