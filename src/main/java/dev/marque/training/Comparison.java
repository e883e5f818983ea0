package dev.marque.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Tests whether one model is significantly worse than another on the photos that both answered.
 * Since hard photos are hard for both models, they are compared photo by photo.
 *
 * <ul>
 *   <li>Accuracy, overall and per brand: the exact test of McNemar (1947), one-sided at 2.5%. A
 *       brand with five or fewer photos on which the models differ is never significant, so that
 *       the many brands cause few false alarms.
 *   <li>Calibration error: more than two standard errors, from a bootstrap of the photos (Efron,
 *       1979) with a fixed seed.
 * </ul>
 */
final class Comparison {

  private static final double SIGNIFICANCE = 0.025;
  private static final int RESAMPLES = 1000;
  private static final long SEED = 1;

  private Comparison() {}

  /** The answers of both models to one photo. */
  private record Pair(Answer first, Answer second) {}

  /** Returns one line for each metric in which the first model is worse than the second. */
  static List<String> worse(List<Answer> first, List<Answer> second) {
    List<Pair> pairs = pairs(first, second);
    List<String> worse = new ArrayList<>();
    if (isLessAccurate(pairs)) {
      worse.add(accuracies("top-1", pairs));
    }
    byBrand(pairs)
        .forEach(
            (brand, ofBrand) -> {
              if (isLessAccurate(ofBrand)) {
                worse.add(accuracies("recall of " + brand, ofBrand));
              }
            });
    List<Answer> ofFirst = pairs.stream().map(Pair::first).toList();
    List<Answer> ofSecond = pairs.stream().map(Pair::second).toList();
    claims(worse, "calibration error", Claims.crossFitted(ofFirst), Claims.crossFitted(ofSecond));
    claims(
        worse,
        "calibration error in service",
        Claims.inService(ofFirst),
        Claims.inService(ofSecond));
    return worse;
  }

  /**
   * Returns one line if the model's own calibration has a larger error than one fitted to these
   * photos, which means that it was fitted to other photos or weights.
   */
  static List<String> staleCalibration(List<Answer> answers) {
    List<String> worse = new ArrayList<>();
    claims(
        worse,
        "calibration error in service",
        Claims.inService(answers),
        Claims.crossFitted(answers));
    return worse;
  }

  private static void claims(List<String> worse, String what, Claims first, Claims second) {
    if (errsMore(first, second)) {
      worse.add(percentages(what, first.error(), second.error()));
    }
  }

  private static List<Pair> pairs(List<Answer> first, List<Answer> second) {
    Map<String, Answer> byPhoto =
        second.stream().collect(Collectors.toMap(Answer::photo, answer -> answer, (a, b) -> a));
    List<Pair> pairs = new ArrayList<>();
    for (Answer answer : first) {
      Answer other = byPhoto.get(answer.photo());
      if (other != null) {
        pairs.add(new Pair(answer, other));
      }
    }
    return pairs;
  }

  private static Map<String, List<Pair>> byBrand(List<Pair> pairs) {
    return pairs.stream()
        .collect(
            Collectors.groupingBy(pair -> pair.first().brand(), TreeMap::new, Collectors.toList()));
  }

  private static boolean isLessAccurate(List<Pair> pairs) {
    int lost = count(pairs, pair -> !pair.first().right() && pair.second().right());
    int won = count(pairs, pair -> pair.first().right() && !pair.second().right());
    return lost > won && binomialTail(lost, lost + won) < SIGNIFICANCE;
  }

  /** Returns the probability of at least this many heads in this many fair coin tosses. */
  private static double binomialTail(int heads, int tosses) {
    double chance = 0;
    double logCombinations = 0;
    for (int k = 0; k <= tosses; k++) {
      if (k > 0) {
        logCombinations += Math.log((tosses - k + 1.0) / k);
      }
      if (k >= heads) {
        chance += Math.exp(logCombinations - tosses * Math.log(2));
      }
    }
    return chance;
  }

  /** Returns whether the first claims have a significantly larger error on the same photos. */
  private static boolean errsMore(Claims first, Claims second) {
    double difference = first.count() == 0 ? 0 : first.error() - second.error();
    if (difference <= 0) {
      return false;
    }
    SplittableRandom random = new SplittableRandom(SEED);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < RESAMPLES; i++) {
      int[] photos = random.ints(first.count(), 0, first.count()).toArray();
      double resampled = first.of(photos).error() - second.of(photos).error();
      sum += resampled;
      squares += resampled * resampled;
    }
    double mean = sum / RESAMPLES;
    return difference > 2 * Math.sqrt(Math.max(0, squares / RESAMPLES - mean * mean));
  }

  private static String accuracies(String what, List<Pair> pairs) {
    return percentages(
        what,
        (double) count(pairs, pair -> pair.first().right()) / pairs.size(),
        (double) count(pairs, pair -> pair.second().right()) / pairs.size());
  }

  private static int count(List<Pair> pairs, Predicate<Pair> is) {
    return (int) pairs.stream().filter(is).count();
  }

  private static String percentages(String what, double first, double second) {
    return String.format(Locale.ROOT, "%s %.2f%% against %.2f%%", what, 100 * first, 100 * second);
  }
}
