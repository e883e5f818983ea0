package dev.marque.training;

import dev.marque.vision.Calibration;
import dev.marque.vision.Calibration.Point;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Fits a {@link Calibration} to the scores of labelled photos.
 *
 * <ul>
 *   <li>The temperature minimizes the negative log-likelihood of the correct brands.
 *   <li>{@code carFrom} is half-way, in log-odds, between the car probability that 99% of the known
 *       cars reach and the one that 99% of the photos without a car stay below, because a car that
 *       is small in its photo lies between the two. It is 0 if there are no photos without a car: a
 *       head trained only on cars cannot detect anything else. {@code knownFrom} rejects at most 5%
 *       of the known cars.
 *   <li>{@code confidentFrom} is the lowest probability at or above which there are at least 25
 *       answers and 98.5% of them were correct. This is half a point more than is claimed, because
 *       such a threshold does slightly worse on photos that it was not fitted to.
 *   <li>The curve is the isotonic regression of correctness on probability (Zadrozny and Elkan,
 *       2002). Each step is smoothed by one correct and one wrong answer before it is compared with
 *       the next, so that a higher probability never has a lower claimed accuracy.
 * </ul>
 */
final class CalibrationFit {

  private static final double REJECTED_CARS = 0.01;
  private static final double REJECTED_KNOWN = 0.05;
  private static final double CONFIDENT_ACCURACY = 0.985;
  private static final int MIN_ANSWERS = 25;

  private CalibrationFit() {}

  /**
   * Fits a calibration.
   *
   * @param known photos of the known brands, at least one
   * @param notACar photos without a car; may be empty
   */
  static Calibration fit(List<Judged> known, List<Judged> notACar) {
    double temperature = temperature(known);
    Calibration warm = new Calibration(temperature, 1, 0, 0, List.of(new Point(0, 0)));
    double knownFrom =
        quantile(
            known.stream().mapToDouble(j -> Calibration.familiarity(j.scores())), REJECTED_KNOWN);
    List<Answer> answers =
        known.stream()
            .map(
                j ->
                    new Answer(
                        warm.brands(j.scores())[j.scores().top()], j.scores().top() == j.brand()))
            .sorted(Comparator.comparingDouble(Answer::probability))
            .toList();
    return new Calibration(
        temperature, confidentFrom(answers), knownFrom, carFrom(known, notACar), curve(answers));
  }

  private static double carFrom(List<Judged> known, List<Judged> notACar) {
    if (notACar.isEmpty()) {
      return 0;
    }
    double cars = quantile(known.stream().mapToDouble(j -> j.scores().car()), REJECTED_CARS);
    double others =
        quantile(notACar.stream().mapToDouble(j -> j.scores().car()), 1 - REJECTED_CARS);
    double threshold = (logOdds(cars) + logOdds(Math.min(cars, others))) / 2;
    return Math.floor(1e6 / (1 + Math.exp(-threshold))) / 1e6;
  }

  private static double logOdds(double probability) {
    double inside = Math.max(1e-6, Math.min(1 - 1e-6, probability));
    return Math.log(inside / (1 - inside));
  }

  private record Answer(double probability, boolean right) {}

  private static double temperature(List<Judged> known) {
    double low = 0.2;
    double high = 5;
    // Ternary search: the likelihood has a single maximum in the temperature.
    for (int i = 0; i < 60; i++) {
      double first = low + (high - low) / 3;
      double second = high - (high - low) / 3;
      if (loss(known, first) < loss(known, second)) {
        high = second;
      } else {
        low = first;
      }
    }
    return Figures.rounded((low + high) / 2);
  }

  private static double loss(List<Judged> known, double temperature) {
    Calibration calibration = new Calibration(temperature, 1, 0, 0, List.of(new Point(0, 0)));
    double loss = 0;
    for (Judged judged : known) {
      loss -= Math.log(Math.max(1e-12, calibration.brands(judged.scores())[judged.brand()]));
    }
    return loss;
  }

  private static double quantile(java.util.stream.DoubleStream values, double share) {
    double[] sorted = values.sorted().toArray();
    return Math.floor(sorted[(int) (share * sorted.length)] * 1e6) / 1e6;
  }

  private static double confidentFrom(List<Answer> ascending) {
    int right = 0;
    double from = 1.1;
    for (int i = ascending.size() - 1, count = 1; i >= 0; i--, count++) {
      right += ascending.get(i).right() ? 1 : 0;
      if (count >= MIN_ANSWERS && right >= CONFIDENT_ACCURACY * count) {
        from = ascending.get(i).probability();
      }
    }
    return Math.floor(from * 1e6) / 1e6;
  }

  /** Pools adjacent steps until accuracy increases with probability (pool adjacent violators). */
  private static List<Point> curve(List<Answer> ascending) {
    List<Step> steps = new ArrayList<>();
    int count = Math.max(1, ascending.size() / MIN_ANSWERS);
    for (int i = 0; i < count; i++) {
      int from = i * ascending.size() / count;
      int to = (i + 1) * ascending.size() / count;
      steps.add(Step.of(ascending.subList(from, to)));
      while (steps.size() > 1 && falls(steps)) {
        Step last = steps.remove(steps.size() - 1);
        Step before = steps.remove(steps.size() - 1);
        steps.add(before.with(last));
      }
    }
    return steps.stream()
        .map(
            step ->
                new Point(
                    Figures.rounded(step.probability()), Figures.rounded(step.smoothedAccuracy())))
        .toList();
  }

  private static boolean falls(List<Step> steps) {
    return steps.get(steps.size() - 2).smoothedAccuracy()
        >= steps.get(steps.size() - 1).smoothedAccuracy();
  }

  /** Adjacent answers that share one accuracy. */
  private record Step(int count, int right, double sum) {

    static Step of(List<Answer> answers) {
      int right = (int) answers.stream().filter(Answer::right).count();
      double sum = answers.stream().mapToDouble(Answer::probability).sum();
      return new Step(answers.size(), right, sum);
    }

    Step with(Step other) {
      return new Step(count + other.count, right + other.right, sum + other.sum);
    }

    double probability() {
      return sum / count;
    }

    double smoothedAccuracy() {
      return (right + 1.0) / (count + 2.0);
    }
  }
}
