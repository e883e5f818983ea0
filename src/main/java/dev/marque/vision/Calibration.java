package dev.marque.vision;

import java.util.List;

/**
 * Turns scores into what may be claimed, by what was measured on the validation photos.
 *
 * @param temperature divides the logarithms of the brands' probabilities (Guo et al., 2017, "On
 *     Calibration of Modern Neural Networks")
 * @param confidentFrom probability of the top brand from which on an answer is {@link
 *     Verdict#CONFIDENT}
 * @param knownFrom {@linkplain #familiarity familiarity} below which a car is of an {@link
 *     Verdict#UNKNOWN_MAKE}
 * @param carFrom car probability below which a photo is {@link Verdict#NOT_A_CAR}
 * @param curve how often answers were right, by their probability, in ascending order
 */
public record Calibration(
    double temperature, double confidentFrom, double knownFrom, double carFrom, List<Point> curve) {

  /** Claims nothing: for a network that was not calibrated yet. */
  public static final Calibration NONE = new Calibration(1, 1.1, 0, 0, List.of(new Point(0, 0)));

  private static final double OTHER_MAKES = 0.25;

  /** Of answers with about this probability, this share was right. */
  public record Point(double probability, double accuracy) {}

  public Calibration {
    curve = List.copyOf(curve);
    if (!(temperature > 0) || curve.isEmpty()) {
      throw new IllegalArgumentException("temperature " + temperature + ", curve " + curve);
    }
  }

  /** The brands' probabilities at the fitted temperature; they add up to 1. */
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
   * How much a car looks like one of the known brands, 0 to 1: how far the brands are from being
   * all alike (one less their entropy, as a share of the greatest), less a quarter of what the
   * model head gives to other makes. The entropy tells makes that the network never saw; with more
   * of the model head those would be told worse, and those that it saw hardly better.
   */
  public static double familiarity(Scores scores) {
    double[] brands = scores.brands();
    double entropy = 0;
    for (double brand : brands) {
      entropy -= brand > 0 ? brand * Math.log(brand) : 0;
    }
    double alike = brands.length < 2 ? 0 : entropy / Math.log(brands.length);
    return Math.max(0, 1 - alike - OTHER_MAKES * scores.otherMakes());
  }

  /** What may be claimed of a photo. */
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
   * The measured accuracy of answers with this probability, between the curve's points by line; 0
   * where none was measured.
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
