package dev.marque.training;

import dev.marque.vision.Calibration;
import dev.marque.vision.Calibration.Point;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Fits a {@link Calibration} to judged photos.
 *
 * <ul>
 *   <li>The temperature has the least negative log-likelihood of the right brands.
 *   <li>{@code carFrom} lies half-way, in log-odds, between what all but 1% of the known cars reach
 *       and what all but 1% of the photos without a car stay below: a car that is small in its
 *       photo lies between the two. Without such photos it is 0: a head that saw cars only cannot
 *       tell what is none. {@code knownFrom} refuses at most 5% of the known cars.
 *   <li>{@code confidentFrom} is the lowest probability from which on 98.5% of the answers were
 *       right, at least 25 of them: half a point more than is claimed, because on other photos than
 *       those of the fit such a threshold does a little worse.
 *   <li>The curve is the isotonic regression of right answers on their probability (Zadrozny and
 *       Elkan, 2002), each step drawn in towards one half by one right and one wrong answer before
 *       it is compared with the next: who is more certain never claims less.
 * </ul>
 */
final class CalibrationFit {

  private static final double CARS_REFUSED = 0.01;
  private static final double KNOWN_REFUSED = 0.05;
  private static final double CONFIDENT_RIGHT = 0.985;
  private static final int FEWEST_IN_A_STEP = 25;

  private CalibrationFit() {}

  /**
   * Fits to photos.
   *
   * @param known of the known brands, at least one
   * @param notACar without a car; may be empty
   */
  static Calibration fit(List<Judged> known, List<Judged> notACar) {
    double temperature = temperature(known);
    Calibration warm = new Calibration(temperature, 1, 0, 0, List.of(new Point(0, 0)));
    double knownFrom =
        quantile(
            known.stream().mapToDouble(j -> Calibration.familiarity(j.scores())), KNOWN_REFUSED);
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
    double cars = quantile(known.stream().mapToDouble(j -> j.scores().car()), CARS_REFUSED);
    double others = quantile(notACar.stream().mapToDouble(j -> j.scores().car()), 1 - CARS_REFUSED);
    double between = (logOdds(cars) + logOdds(Math.min(cars, others))) / 2;
    return Math.floor(1e6 / (1 + Math.exp(-between))) / 1e6;
  }

  private static double logOdds(double probability) {
    double inside = Math.max(1e-6, Math.min(1 - 1e-6, probability));
    return Math.log(inside / (1 - inside));
  }

  private record Answer(double probability, boolean right) {}

  private static double temperature(List<Judged> known) {
    double low = 0.2;
    double high = 5;
    // Ternary search: the likelihood has one maximum in the temperature.
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
      if (count >= FEWEST_IN_A_STEP && right >= CONFIDENT_RIGHT * count) {
        from = ascending.get(i).probability();
      }
    }
    return Math.floor(from * 1e6) / 1e6;
  }

  /** Pools neighbouring steps until accuracy rises with probability. */
  private static List<Point> curve(List<Answer> ascending) {
    List<Step> steps = new ArrayList<>();
    int count = Math.max(1, ascending.size() / FEWEST_IN_A_STEP);
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
            step -> new Point(Figures.rounded(step.probability()), Figures.rounded(step.drawnIn())))
        .toList();
  }

  private static boolean falls(List<Step> steps) {
    return steps.get(steps.size() - 2).drawnIn() >= steps.get(steps.size() - 1).drawnIn();
  }

  /** Neighbouring answers with one accuracy. */
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

    double drawnIn() {
      return (right + 1.0) / (count + 2.0);
    }
  }
}
