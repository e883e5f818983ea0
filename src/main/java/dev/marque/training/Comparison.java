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
 * Tells whether one model is worse than another by more than chance, on the photos that both
 * answered. A photo that is hard is hard for both, so they are compared photo by photo.
 *
 * <ul>
 *   <li>Right answers, of all photos and of each brand: the exact test of McNemar (1947), one-sided
 *       at 2.5%. A brand with five photos or fewer on which the models differ never counts, so that
 *       the many brands raise few false alarms.
 *   <li>Calibration error: more than two standard errors, from a bootstrap of the photos (Efron,
 *       1979) with a fixed seed.
 * </ul>
 */
final class Comparison {

  private static final double CHANCE = 0.025;
  private static final int RESAMPLES = 1000;
  private static final long SEED = 1;

  private Comparison() {}

  /** What both models answered to one photo. */
  private record Pair(Answer first, Answer second) {}

  /** One line for each figure in which the first is worse than the second. */
  static List<String> worse(List<Answer> first, List<Answer> second) {
    List<Pair> pairs = pairs(first, second);
    List<String> worse = new ArrayList<>();
    if (isLessOftenRight(pairs)) {
      worse.add(rightAnswers("top-1", pairs));
    }
    byBrand(pairs)
        .forEach(
            (brand, ofBrand) -> {
              if (isLessOftenRight(ofBrand)) {
                worse.add(rightAnswers("recall of " + brand, ofBrand));
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
   * A line where the calibration that serves errs by more than one that is fitted to these photos:
   * then it was fitted to others, or to other weights.
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

  private static boolean isLessOftenRight(List<Pair> pairs) {
    int lost = count(pairs, pair -> !pair.first().right() && pair.second().right());
    int won = count(pairs, pair -> pair.first().right() && !pair.second().right());
    return lost > won && chanceOfHeads(lost, lost + won) < CHANCE;
  }

  /** How likely so many tosses of a coin show heads so many times or more. */
  private static double chanceOfHeads(int heads, int tosses) {
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

  /** Whether the first claims err by more than the second ones of the same photos. */
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

  private static String rightAnswers(String what, List<Pair> pairs) {
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
