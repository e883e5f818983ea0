package dev.marque.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.marque.vision.network.InvalidModelException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoresTest {

  private static final Labels LABELS =
      new Labels(
          List.of("A", "B"),
          List.of(
              new Labels.Model("A 1", "A"),
              new Labels.Model("B 1", "B"),
              new Labels.Model("Other", null)));

  @Test
  void models_count_for_their_brand_and_other_makes_for_none() {
    float logit = 50;
    Scores byModel = Scores.of(new float[] {0, 0, 0, logit, 0, 0}, LABELS);
    assertEquals(0.75, byModel.brands()[1], 1e-6);
    assertEquals(1, byModel.top());
    Scores other = Scores.of(new float[] {1, 0, 0, 0, logit, 0}, LABELS);
    assertEquals(1, other.otherMakes(), 1e-6);
    assertEquals(1, Arrays.stream(other.brands()).sum(), 1e-9);
    assertEquals(0, other.top());
  }

  @Test
  void the_last_logit_is_the_car_probability() {
    assertEquals(0.5, Scores.of(new float[6], LABELS).car(), 1e-9);
    assertEquals(1, Scores.of(new float[] {0, 0, 0, 0, 0, 40}, LABELS).car(), 1e-9);
  }

  @Test
  void without_models_the_brand_head_decides_alone() {
    Labels labels = new Labels(List.of("A", "B"), List.of());
    Scores scores = Scores.of(new float[] {0, (float) Math.log(3), 0}, labels);
    assertEquals(0.75, scores.brands()[1], 1e-6);
  }

  @Test
  void a_folder_without_a_model_is_named(@TempDir Path folder) {
    InvalidModelException e =
        assertThrows(InvalidModelException.class, () -> Recognizer.load(folder));
    assertEquals("there is no model in " + folder + ": model.json is missing", e.getMessage());
  }
}
