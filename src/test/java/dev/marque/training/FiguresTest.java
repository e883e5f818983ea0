package dev.marque.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.vision.Calibration;
import dev.marque.vision.Calibration.Point;
import dev.marque.vision.Labels;
import dev.marque.vision.ModelDescription;
import dev.marque.vision.Scores;
import dev.marque.vision.Verdict;
import dev.marque.vision.photo.Normalization;
import dev.marque.vision.photo.Size;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FiguresTest {

  private static final ModelDescription MODEL =
      new ModelDescription(
          "test-1",
          new Size(24, 32),
          Normalization.IMAGENET,
          new Labels(List.of("A", "B"), List.of()),
          Calibration.NONE,
          "data",
          null,
          null);

  @Test
  void auroc_is_the_share_of_pairs_in_which_the_positive_is_higher() {
    assertEquals(1, Figures.auroc(new double[] {3, 4}, new double[] {1, 2}));
    assertEquals(0, Figures.auroc(new double[] {1}, new double[] {2, 3}));
    assertEquals(0.5, Figures.auroc(new double[] {1, 1}, new double[] {1}));
    assertEquals(0.5625, Figures.auroc(new double[] {2, 3}, new double[] {2, 2.5, 1, 4}), 1e-9);
  }

  @Test
  void macro_f1_weights_all_brands_equally() {
    int[][] confusion = {{8, 2}, {0, 2}};
    double first = 2 * 1 * 0.8 / 1.8;
    double second = 2 * 0.5 * 1 / 1.5;
    assertEquals((first + second) / 2, Figures.macroF1(confusion), 1e-9);
  }

  @Test
  void brands_without_photos_do_not_count_in_macro_f1() {
    assertEquals(1, Figures.macroF1(new int[][] {{3, 0, 0}, {0, 0, 0}, {0, 0, 5}}), 1e-9);
  }

  @Test
  void an_interval_contains_its_share_and_narrows_with_more_photos() {
    double[] few = Figures.interval(0.9, 50);
    double[] many = Figures.interval(0.9, 5000);
    assertTrue(few[0] < 0.9 && few[1] > 0.9);
    assertTrue(many[1] - many[0] < few[1] - few[0]);
    assertTrue(Figures.interval(1, 10)[1] <= 1);
    assertTrue(Figures.interval(1, 10)[0] < 1);
    assertArrayEquals(new double[] {0.92536, 0.95997}, Figures.interval(638 / 675.0, 675), 1e-9);
  }

  @Test
  void true_claims_have_no_calibration_error() {
    double[] claimed = new double[1000];
    boolean[] right = new boolean[1000];
    for (int i = 0; i < 1000; i++) {
      claimed[i] = 0.8;
      right[i] = i % 10 < 8;
    }
    assertEquals(0, Figures.calibrationError(claimed, right, 10), 1e-9);
    java.util.Arrays.fill(claimed, 0.9);
    assertEquals(0.1, Figures.calibrationError(claimed, right, 10), 1e-9);
  }

  /** On average, the claims are 0.05 too high. */
  @Test
  void claims_that_are_too_high_do_not_compensate_for_those_that_are_too_low() {
    double[] claimed = {0.9, 0.6, 0.9, 0.6, 0.9, 0.6, 0.9, 0.6, 0.9, 0.6};
    boolean[] right = {true, true, true, true, true, true, false, true, false, false};
    assertEquals(0.25, Figures.calibrationError(claimed, right, 2), 1e-9);
  }

  @Test
  void the_fitted_calibration_is_calibrated() {
    List<Judged> known = overconfident();
    Evaluation evaluation = evaluation(MODEL);
    assertTrue(evaluation.calibrationError() < 0.03, "" + evaluation.calibrationError());
    Calibration calibration = CalibrationFit.fit(known, List.of());
    assertTrue(calibration.temperature() > 1.2, "" + calibration.temperature());
    assertTrue(evaluation.confidentShare() > 0.03, "" + evaluation.confidentShare());
    assertTrue(
        Objects.requireNonNull(evaluation.confidentRight()) > 0.96,
        "" + evaluation.confidentRight());
  }

  @Test
  void the_models_own_calibration_is_evaluated_besides_the_cross_fitted_ones() {
    Calibration ofOthers = new Calibration(1, 0.5, 0, 0, List.of(new Point(0, 1)));
    Evaluation stale = evaluation(MODEL.with(ofOthers, null));
    Evaluation.InService inService = Objects.requireNonNull(stale.calibrationInService());
    assertEquals(1 - stale.top1(), inService.error(), 1e-4);
    assertEquals(1, inService.confidentShare());
    assertEquals(stale.top1(), inService.confidentRight(), 1e-4);
    assertTrue(stale.calibrationError() < 0.03, "" + stale.calibrationError());
    assertNull(evaluation(MODEL).calibrationInService(), "it has no calibration");
  }

  private static Evaluation evaluation(ModelDescription model) {
    return Evaluator.of(model, "data", overconfident(), List.of(), List.of(), Map.of())
        .evaluation();
  }

  /** Returns the answers of a highly overconfident network. */
  private static List<Judged> overconfident() {
    Random random = new Random(4);
    List<Judged> known = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      double truth = 0.5 + 0.5 * random.nextDouble();
      double claimed = 1 - (1 - truth) * (1 - truth);
      int brand = random.nextDouble() < truth ? 1 : 0;
      Scores scores = new Scores(new double[] {1 - claimed, claimed}, new double[0], 0, 0.9);
      known.add(new Judged("photo " + i, brand, Example.NONE, true, scores, scores, List.of()));
    }
    return known;
  }

  /** There is one mistake among the most confident answers, but not the last ones. */
  @Test
  void the_curve_increases_with_probability() {
    List<Judged> known = new ArrayList<>();
    for (int i = 0; i < 550; i++) {
      double claimed = 0.5 + i * 0.0009;
      Scores scores = new Scores(new double[] {1 - claimed, claimed}, new double[0], 0, 0.9);
      int brand = i == 510 ? 0 : 1;
      known.add(new Judged("photo " + i, brand, Example.NONE, true, scores, scores, List.of()));
    }
    List<Calibration.Point> curve = CalibrationFit.fit(known, List.of()).curve();
    for (int i = 1; i < curve.size(); i++) {
      assertTrue(curve.get(i).accuracy() > curve.get(i - 1).accuracy(), curve.toString());
    }
  }

  /** Every fifth photo is in the same fold, and the answers to the first fold are wrong. */
  @Test
  void a_photo_is_evaluated_with_a_calibration_that_was_fitted_to_the_other_folds() {
    List<Judged> known = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      known.add(judged(i % 5 == 0 ? 0 : 1, 0.8, 0.9));
    }
    List<Judged> otherMakes =
        List.of(
            judged(Example.NONE, 0.5, 0.9),
            judged(Example.NONE, 0.5, 0.9),
            judged(Example.NONE, 0.5, 0.9),
            judged(Example.NONE, 0.9, 0.9),
            judged(Example.NONE, 0.5, 0.05));
    List<Judged> notACar =
        List.of(
            judged(Example.NONE, 0.5, 0.1),
            judged(Example.NONE, 0.5, 0.7),
            judged(Example.NONE, 0.5, 0.1),
            judged(Example.NONE, 0.5, 0.1),
            judged(Example.NONE, 0.5, 0.1));
    Evaluator.Measured measured = Evaluator.of(MODEL, "data", known, otherMakes, notACar, Map.of());
    Evaluation evaluation = measured.evaluation();
    for (Answer answer : measured.answers()) {
      // One more right and one more wrong answer than the 20 of the other folds.
      double expected = answer.right() ? 16 / 22.0 : 21 / 22.0;
      assertEquals(expected, answer.crossFitted().accuracy(), 1e-5);
    }
    assertEquals(0.2 * 21 / 22 + 0.8 * (1 - 16 / 22.0), evaluation.calibrationError(), 1e-5);
    assertEquals(
        Map.of(
            "known", Map.of("unsure", 25),
            "other_makes", Map.of("unknown_make", 3, "unsure", 1, "not_a_car", 1),
            "not_a_car", Map.of("not_a_car", 4, "unknown_make", 1)),
        evaluation.verdicts());
    assertEquals(0.8, evaluation.otherMakesAuroc(), "one other make of five looks familiar");
    assertEquals(0.96667, evaluation.notACarAuroc(), "one car of 30 does not look like one");
  }

  @Test
  void metrics_that_were_not_measured_are_null() {
    Labels labels = new Labels(List.of("A", "B", "C"), List.of());
    ModelDescription model =
        new ModelDescription(
            "test-1",
            new Size(24, 32),
            Normalization.IMAGENET,
            labels,
            Calibration.NONE,
            "",
            null,
            null);
    List<Judged> ofB = new ArrayList<>();
    for (double[] brands : List.of(new double[] {0.2, 0.8, 0}, new double[] {0.8, 0.2, 0})) {
      Scores scores = new Scores(brands, new double[0], 0, 1);
      ofB.add(new Judged(ofB.size() + "", 1, Example.NONE, true, scores, scores, List.of()));
    }
    Evaluation evaluation =
        Evaluator.of(model, "data", ofB, List.of(), List.of(), Map.of()).evaluation();
    assertEquals(new Evaluation.Brand("A", 0, 0.0, null, null), evaluation.brands().get(0));
    assertEquals(new Evaluation.Brand("B", 2, 1.0, 0.5, 0.66667), evaluation.brands().get(1));
    assertEquals(new Evaluation.Brand("C", 0, null, null, null), evaluation.brands().get(2));
    assertNull(evaluation.confidentRight());
    assertEquals(new Evaluation.Trait(null, null), evaluation.decade());
  }

  @Test
  void confidence_needs_at_least_25_answers() {
    List<Judged> right = Collections.nCopies(24, judged(0.9));
    assertTrue(CalibrationFit.fit(right, List.of()).confidentFrom() > 1);
    assertTrue(
        CalibrationFit.fit(Collections.nCopies(25, judged(0.9)), List.of()).confidentFrom() < 1);
  }

  @Test
  void the_car_threshold_is_half_way_between_cars_and_other_photos() {
    List<Judged> cars = List.of(judged(0.98), judged(0.99));
    List<Judged> others = List.of(judged(0.02), judged(0.01));
    assertEquals(0.5, CalibrationFit.fit(cars, others).carFrom(), 0.001);
    assertEquals(
        0, CalibrationFit.fit(cars, List.of()).carFrom(), "everything is classified as a car");
    assertEquals(0.98, CalibrationFit.fit(cars, List.of(judged(0.999))).carFrom(), 0.001);
  }

  @Test
  void a_twentieth_of_the_known_cars_and_a_hundredth_of_all_cars_are_rejected() {
    List<Judged> cars =
        IntStream.range(0, 200).mapToObj(i -> judged(1, 0.6 + i * 0.001, 0.5 + i * 0.002)).toList();
    List<Judged> lookLikeCars = Collections.nCopies(10, judged(Example.NONE, 0.5, 0.99));
    Calibration calibration = CalibrationFit.fit(cars, lookLikeCars);
    assertEquals(
        10,
        cars.stream()
            .filter(car -> Calibration.familiarity(car.scores()) < calibration.knownFrom())
            .count());
    assertEquals(
        2, cars.stream().filter(car -> car.scores().car() < calibration.carFrom()).count());
  }

  @Test
  void a_hundredth_of_the_photos_without_a_car_does_not_raise_the_car_threshold() {
    List<Judged> others =
        new ArrayList<>(Collections.nCopies(198, judged(Example.NONE, 0.5, 0.01)));
    others.add(judged(Example.NONE, 0.5, 0.1));
    others.add(judged(Example.NONE, 0.5, 0.8));
    assertEquals(0.5, CalibrationFit.fit(List.of(judged(0.9)), others).carFrom(), 0.001);
  }

  /** Three of the 200 most confident answers are wrong, and so are all others. */
  @Test
  void of_the_confident_answers_985_in_1000_are_correct() {
    List<Judged> known = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      boolean right = i >= 200 && i < 397;
      known.add(judged(right ? 1 : 0, 0.6 + i * 0.0005, 0.9));
    }
    Calibration calibration = CalibrationFit.fit(known, List.of());
    assertEquals(
        200,
        known.stream()
            .filter(each -> calibration.verdict(each.scores()) == Verdict.CONFIDENT)
            .count());
  }

  private static Judged judged(double car) {
    return judged(1, 0.8, car);
  }

  /** Returns a photo whose answer is the second brand. */
  private static Judged judged(int brand, double probability, double car) {
    Scores scores = new Scores(new double[] {1 - probability, probability}, new double[0], 0, car);
    return new Judged("photo", brand, Example.NONE, true, scores, scores, List.of());
  }

  @Test
  void of_many_photos_an_even_sample_is_distorted() {
    List<Integer> photos = IntStream.range(0, 675).boxed().toList();
    List<Integer> sample = Evaluator.sample(photos);
    assertEquals(338, sample.size());
    assertEquals(List.of(0, 2, 4), sample.subList(0, 3));
    assertEquals(674, sample.get(337));
    assertEquals(photos.subList(0, 400), Evaluator.sample(photos.subList(0, 400)));
  }
}
