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
import dev.marque.vision.network.Layer;
import dev.marque.vision.network.NetworkDescription;
import dev.marque.vision.network.Precision;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.network.TinyNetwork;
import dev.marque.vision.photo.Normalization;
import dev.marque.vision.photo.Size;
import java.util.Arrays;
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
  private static final NetworkDescription WIDER_AND_DEEPER =
      new NetworkDescription(
          List.of(
              new Layer.Convolution(12, 3, 2),
              new Layer.Residual(16, 2),
              new Layer.Residual(16, 1),
              new Layer.Residual(24, 2)),
          2,
          0);
  private static final LoadedModel MODEL =
      model("teacher-1", TinyNetwork.DESCRIPTION, LABELS, Normalization.IMAGENET);
  private static final LoadedModel OTHER_MODEL =
      model("teacher-2", WIDER_AND_DEEPER, LABELS, Normalization.IMAGENET);

  /** Brands, models and car or not: a car of the first brand, then a photo without a car. */
  private static final float[] TARGETS = {
    0.95f, 0.05f, 0.9f, 0.05f, 0.05f, 1, 0.5f, 0.5f, 0, 0, 0, 0
  };

  private static LoadedModel model(
      String name, NetworkDescription network, Labels labels, Normalization normalization) {
    return new LoadedModel(
        new ModelDescription(
            name, SIZE, normalization, labels, Calibration.NONE, "none", null, null),
        network,
        TinyNetwork.weights(network, labels.heads(), 3));
  }

  private static Batch batch() {
    float[] photos = new float[2 * SIZE.values()];
    Random random = new Random(5);
    for (int i = 0; i < photos.length; i++) {
      photos[i] = (float) random.nextGaussian();
    }
    return new Batch(2, SIZE, photos, TARGETS.clone());
  }

  private static Batch taught(double share, LoadedModel... models) {
    try (Teacher teacher = new Teacher(List.of(models), LABELS, share, Precision.FLOAT32)) {
      return teacher.teach(batch());
    }
  }

  /** Returns the serving program's scores of the first photo. */
  private static Scores prediction(LoadedModel model, Batch batch) {
    try (ServingProgram serving =
        ServingProgram.load(model.network(), LABELS.heads(), model.weights(), Precision.FLOAT32)) {
      float[] photo = Arrays.copyOf(batch.photos(), SIZE.values());
      return Scores.of(serving.run(List.of(photo), SIZE, 1).get(0).logits(), LABELS);
    }
  }

  @Test
  void a_share_of_each_target_is_the_teachers_prediction_for_the_augmented_photo() {
    Batch batch = taught(0.25, MODEL);
    Scores prediction = prediction(MODEL, batch);
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
  void several_networks_teach_the_mean_of_their_predictions() {
    Batch batch = taught(0.5, MODEL, OTHER_MODEL);
    Scores one = prediction(MODEL, batch);
    Scores other = prediction(OTHER_MODEL, batch);
    assertTrue(Math.abs(one.brands()[0] - other.brands()[0]) > 1e-2, "they disagree");
    for (int b = 0; b < 2; b++) {
      double mean = (one.brands()[b] + other.brands()[b]) / 2;
      assertEquals(0.5 * TARGETS[b] + 0.5 * mean, batch.targets()[b], 1e-4);
    }
    for (int m = 0; m < 3; m++) {
      double mean = (one.models()[m] + other.models()[m]) / 2;
      assertEquals(0.5 * TARGETS[2 + m] + 0.5 * mean, batch.targets()[2 + m], 1e-4);
    }
  }

  @Test
  void car_or_not_is_not_distilled_and_there_is_no_model_without_a_car() {
    float[] targets = taught(1, MODEL, OTHER_MODEL).targets();
    assertEquals(1, targets[5]);
    assertEquals(0, targets[11]);
    for (int m = 8; m < 11; m++) {
      assertEquals(0, targets[m]);
    }
    assertEquals(1, targets[6] + targets[7], 1e-5);
  }

  @Test
  void a_share_of_0_does_not_change_the_targets() {
    assertArrayEquals(TARGETS, taught(0, MODEL).targets(), 1e-6f);
  }

  @Test
  void a_teacher_with_another_normalization_is_rejected_by_name() {
    Normalization other = new Normalization(List.of(0f, 0f, 0f), List.of(255f, 255f, 255f));
    assertRejectedByName(model("teacher-2", TinyNetwork.DESCRIPTION, LABELS, other));
  }

  @Test
  void a_teacher_of_other_brands_is_rejected_by_name() {
    Labels other = new Labels(List.of("Aster", "Dahlia"), List.of());
    assertRejectedByName(
        model("teacher-2", TinyNetwork.DESCRIPTION, other, Normalization.IMAGENET));
  }

  /** Asserts that the model is rejected as the second teacher. */
  private static void assertRejectedByName(LoadedModel unsuitable) {
    List<LoadedModel> models = List.of(MODEL, unsuitable);
    DataSetException e =
        assertThrows(
            DataSetException.class, () -> new Teacher(models, LABELS, 0.5, Precision.FLOAT32));
    assertTrue(String.valueOf(e.getMessage()).contains("teacher-2"), e.getMessage());
  }
}
