package dev.marque.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.training.Answer.Claim;
import dev.marque.vision.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ComparisonTest {

  private static final int PHOTOS = 600;
  private static final int BRANDS = 20;

  /** Every twentieth photo shows the same brand; {@code claimed} is the claimed accuracy. */
  private static List<Answer> answers(IntPredicate right, double claimed) {
    return IntStream.range(0, PHOTOS).mapToObj(i -> answer(i, right.test(i), claimed)).toList();
  }

  private static Answer answer(int photo, boolean right, double claimed) {
    Claim claim = new Claim(claimed, Verdict.CONFIDENT);
    return new Answer(photo + ".jpg", "Brand " + photo % BRANDS, right, claim, claim);
  }

  private static boolean nineInTen(int photo) {
    return (photo / BRANDS + photo) % 10 != 0;
  }

  @Test
  void a_model_is_never_worse_than_itself() {
    List<Answer> answers = answers(ComparisonTest::nineInTen, 0.7);
    assertEquals(List.of(), Comparison.worse(answers, answers));
  }

  @Test
  void a_few_more_mistakes_on_the_same_photos_are_significant() {
    List<Answer> better = answers(ComparisonTest::nineInTen, 0.9);
    List<Answer> worse = answers(i -> nineInTen(i) && (i < 20 || i > 25), 0.9);
    assertEquals("top-1 89.00% against 90.00%", Comparison.worse(worse, better).get(0));
    assertEquals(List.of(), Comparison.worse(better, worse));
  }

  @Test
  void as_many_mistakes_on_other_photos_are_not_significant() {
    List<Answer> first = answers(ComparisonTest::nineInTen, 0.9);
    List<Answer> second = answers(i -> nineInTen(i + 1), 0.9);
    assertEquals(List.of(), Comparison.worse(first, second));
    List<Answer> sixFewer = answers(i -> nineInTen(i) && (i < 20 || i > 25), 0.9);
    assertEquals(List.of(), Comparison.worse(sixFewer, second));
  }

  @Test
  void a_brand_with_lower_recall_is_named() {
    List<Answer> better = answers(ComparisonTest::nineInTen, 0.9);
    IntPredicate lessOfOne = i -> nineInTen(i) && (i % BRANDS != 7 || i / BRANDS % 10 > 2);
    List<String> worse = Comparison.worse(answers(lessOfOne, 0.9), better);
    assertTrue(worse.contains("recall of Brand 7 60.00% against 90.00%"), worse.toString());
    assertEquals(1, worse.stream().filter(line -> line.startsWith("recall")).count());
  }

  @Test
  void an_overconfident_model_is_worse() {
    List<Answer> calibrated = answers(ComparisonTest::nineInTen, 0.9);
    List<Answer> overconfident = answers(ComparisonTest::nineInTen, 0.99);
    assertEquals(
        List.of(
            "calibration error 9.00% against 0.00%",
            "calibration error in service 9.00% against 0.00%"),
        Comparison.worse(overconfident, calibrated));
    assertEquals(List.of(), Comparison.worse(calibrated, overconfident));
  }

  @Test
  void a_calibration_fitted_to_other_photos_is_reported() {
    List<Answer> calibrated = answers(ComparisonTest::nineInTen, 0.9);
    Claim overconfidentClaim = new Claim(0.99, Verdict.CONFIDENT);
    List<Answer> stale =
        calibrated.stream()
            .map(
                a ->
                    new Answer(
                        a.photo(), a.brand(), a.right(), a.crossFitted(), overconfidentClaim))
            .toList();
    assertEquals(
        List.of("calibration error in service 9.00% against 0.00%"),
        Comparison.staleCalibration(stale));
    assertEquals(
        List.of("calibration error in service 9.00% against 0.00%"),
        Comparison.worse(stale, calibrated));
    assertEquals(List.of(), Comparison.staleCalibration(calibrated));
  }

  @Test
  void only_photos_that_both_models_answered_count() {
    List<Answer> second = answers(ComparisonTest::nineInTen, 0.9);
    List<Answer> first = new ArrayList<>(second);
    for (int i = 0; i < 50; i++) {
      first.add(answer(PHOTOS + i, false, 0.9));
    }
    assertEquals(List.of(), Comparison.worse(first, second));
    assertEquals(List.of(), Comparison.worse(first, List.of()));
  }

  /** Models that are correct with the same probability on each photo and claim exactly that. */
  @Test
  void equally_good_models_are_rarely_reported_as_worse() {
    SplittableRandom random = new SplittableRandom(3);
    int reported = 0;
    for (int i = 0; i < 20; i++) {
      List<Answer> first = answers(photo -> random.nextDouble() < 0.9, 0.9);
      List<Answer> second = answers(photo -> random.nextDouble() < 0.9, 0.9);
      reported += Comparison.worse(first, second).isEmpty() ? 0 : 1;
    }
    assertTrue(reported <= 3, reported + " of 20");
  }
}
