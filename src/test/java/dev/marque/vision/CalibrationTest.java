package dev.marque.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.vision.Calibration.Point;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class CalibrationTest {

  private static final Calibration CALIBRATION =
      new Calibration(
          2,
          0.8,
          0.1,
          0.5,
          List.of(new Point(0.2, 0.1), new Point(0.6, 0.5), new Point(0.9, 0.99)));

  private static Scores scores(double top, double otherMakes, double car) {
    return new Scores(new double[] {1 - top, top}, new double[] {1}, otherMakes, car);
  }

  @Test
  void without_a_car_the_verdict_is_not_a_car() {
    assertEquals(Verdict.NOT_A_CAR, CALIBRATION.verdict(scores(0.99, 0, 0.4)));
    assertEquals(Verdict.NOT_A_CAR, CALIBRATION.verdict(scores(0.5, 0, 0.4)), "of no make either");
  }

  @Test
  void a_car_with_evenly_distributed_brands_is_of_an_unknown_make() {
    assertEquals(Verdict.UNKNOWN_MAKE, CALIBRATION.verdict(scores(0.55, 0, 0.9)));
  }

  @Test
  void familiarity_decreases_with_entropy_and_with_the_probability_of_other_makes() {
    assertEquals(1, Calibration.familiarity(scores(1, 0, 1)), 1e-9);
    assertEquals(0, Calibration.familiarity(scores(0.5, 0, 1)), 1e-9);
    assertEquals(0.75, Calibration.familiarity(scores(1, 1, 1)), 1e-9);
    assertEquals(0, Calibration.familiarity(scores(0.5, 1, 1)), 1e-9);
  }

  @Test
  void only_a_high_probability_is_confident() {
    assertEquals(Verdict.CONFIDENT, CALIBRATION.verdict(scores(0.99, 0, 0.9)));
    assertEquals(Verdict.UNSURE, CALIBRATION.verdict(scores(0.7, 0, 0.9)));
  }

  @Test
  void an_uncalibrated_model_is_never_confident() {
    assertEquals(Verdict.UNSURE, Calibration.NONE.verdict(scores(1, 0, 1)));
    assertEquals(0, Calibration.NONE.accuracyAt(0.93), "the accuracy was not measured");
  }

  @Test
  void a_temperature_above_one_lowers_confidence_but_keeps_the_order() {
    double[] brands = CALIBRATION.brands(scores(0.9, 0, 1));
    assertEquals(1, Arrays.stream(brands).sum(), 1e-9);
    assertTrue(brands[1] < 0.9 && brands[1] > 0.5);
  }

  @Test
  void accuracy_is_interpolated_linearly_between_the_measured_points() {
    assertEquals(0.3, CALIBRATION.accuracyAt(0.4), 1e-9);
    assertEquals(0.1, CALIBRATION.accuracyAt(0), 1e-9);
    assertEquals(0.99, CALIBRATION.accuracyAt(1), 1e-9);
  }

  @Property
  void accuracy_never_decreases_with_probability(
      @ForAll @DoubleRange(min = 0, max = 1) double a,
      @ForAll @DoubleRange(min = 0, max = 1) double b) {
    double low = CALIBRATION.accuracyAt(Math.min(a, b));
    assertTrue(low <= CALIBRATION.accuracyAt(Math.max(a, b)) + 1e-12);
  }
}
