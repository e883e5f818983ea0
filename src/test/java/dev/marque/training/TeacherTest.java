package dev.marque.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.vision.Calibration;
import dev.marque.vision.Labels;
import dev.marque.vision.LoadedModel;
import dev.marque.vision.ModelDescription;
import dev.marque.vision.Scores;
import dev.marque.vision.network.Precision;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.network.TinyNetwork;
import dev.marque.vision.photo.Normalization;
import dev.marque.vision.photo.Size;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TeacherTest {

  private static final Size SIZE = new Size(24, 32);
  private static final Labels LABELS =
      new Labels(
          List.of("Aster", "Briar"),
          List.of(
              new Labels.Model("Aster One 2010", "Aster"),
              new Labels.Model("Briar Two 2011", "Briar"),
              new Labels.Model("Clover Three 2012", null)));
  private static final LoadedModel MODEL =
      new LoadedModel(
          new ModelDescription(
              "teacher-1", SIZE, Normalization.IMAGENET, LABELS, Calibration.NONE, "none", null),
          TinyNetwork.DESCRIPTION,
          TinyNetwork.weights(LABELS.heads(), 3));

  /** Brands, models and car or not: a car of the first brand, then a photo without a car. */
  private static final float[] TARGETS = {
    0.95f, 0.05f, 0.9f, 0.05f, 0.05f, 1, 0.5f, 0.5f, 0, 0, 0, 0
  };

  private static Batch batch() {
    float[] photos = new float[2 * SIZE.values()];
    Random random = new Random(5);
    for (int i = 0; i < photos.length; i++) {
      photos[i] = (float) random.nextGaussian();
    }
    return new Batch(2, SIZE, photos, TARGETS.clone());
  }

  private static Batch taught(double share) {
    try (Teacher teacher = new Teacher(MODEL, LABELS, share, Precision.FLOAT32)) {
      return teacher.teach(batch());
    }
  }

  /** Returns the serving program's scores of the first photo. */
  private static Scores prediction(Batch batch) {
    try (ServingProgram serving =
        ServingProgram.load(MODEL.network(), LABELS.heads(), MODEL.weights(), Precision.FLOAT32)) {
      float[] photo = java.util.Arrays.copyOf(batch.photos(), SIZE.values());
      return Scores.of(serving.run(List.of(photo), SIZE, 1).get(0).logits(), LABELS);
    }
  }

  @Test
  void a_share_of_each_target_is_the_teachers_prediction_for_the_augmented_photo() {
    Batch batch = taught(0.25);
    Scores prediction = prediction(batch);
    for (int b = 0; b < 2; b++) {
      assertEquals(0.75 * TARGETS[b] + 0.25 * prediction.brands()[b], batch.targets()[b], 1e-4);
    }
    for (int m = 0; m < 3; m++) {
      assertEquals(
          0.75 * TARGETS[2 + m] + 0.25 * prediction.models()[m], batch.targets()[2 + m], 1e-4);
    }
    assertTrue(
        Math.abs(batch.targets()[0] - TARGETS[0]) > 1e-3, "the teacher differs from the label");
  }

  @Test
  void car_or_not_is_not_distilled_and_there_is_no_model_without_a_car() {
    float[] targets = taught(1).targets();
    assertEquals(1, targets[5]);
    assertEquals(0, targets[11]);
    for (int m = 8; m < 11; m++) {
      assertEquals(0, targets[m]);
    }
    assertEquals(1, targets[6] + targets[7], 1e-5);
  }

  @Test
  void a_share_of_0_does_not_change_the_targets() {
    assertArrayEquals(TARGETS, taught(0).targets(), 1e-6f);
  }

  @Test
  void a_teacher_with_another_normalization_is_rejected() {
    Normalization other = new Normalization(List.of(0f, 0f, 0f), List.of(255f, 255f, 255f));
    LoadedModel model =
        new LoadedModel(
            new ModelDescription("teacher-2", SIZE, other, LABELS, Calibration.NONE, "none", null),
            MODEL.network(),
            MODEL.weights());
    assertThrows(DataSetException.class, () -> new Teacher(model, LABELS, 0.5, Precision.FLOAT32));
  }

  @Test
  void a_teacher_of_other_brands_is_rejected_by_name() {
    Labels other = new Labels(List.of("Aster", "Dahlia"), LABELS.models());
    DataSetException e =
        assertThrows(
            DataSetException.class, () -> new Teacher(MODEL, other, 0.5, Precision.FLOAT32));
    assertTrue(String.valueOf(e.getMessage()).contains("teacher-1"), e.getMessage());
  }
}
