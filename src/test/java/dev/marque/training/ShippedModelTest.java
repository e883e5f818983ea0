package dev.marque.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.vision.LoadedModel;
import dev.marque.vision.Scores;
import dev.marque.vision.network.Heads;
import dev.marque.vision.network.IntegerConvolutions;
import dev.marque.vision.network.Precision;
import dev.marque.vision.network.PyTorch;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.Box;
import dev.marque.vision.photo.PhotoLimits;
import dev.marque.vision.photo.PhotoReader;
import dev.marque.vision.photo.Pixels;
import dev.marque.vision.photo.Resampling;
import dev.marque.vision.photo.Size;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The weights in {@code model/} produce the same logits in the training and the serving programs.
 */
class ShippedModelTest {

  private static final int PHOTOS = 100;
  private static final int BATCH = 10;

  private static LoadedModel model;
  private static Size size;
  private static List<float[]> inputs;
  private static float[][] trained;

  @BeforeAll
  static void run_the_training_program_on_a_hundred_photos() throws Exception {
    model = LoadedModel.read(Path.of("model"));
    size = model.description().input();
    inputs = TrainingProgramProbe.inputs(photos(), size);
    Heads heads = model.description().labels().heads();
    trained = TrainingProgramProbe.logits(model.network(), heads, model.weights(), inputs, size);
  }

  /** Returns different crops of three photos. */
  private static List<Example> photos() throws Exception {
    SplittableRandom random = new SplittableRandom(7);
    List<Example> photos = new ArrayList<>();
    List<String> files = List.of("audi.jpg", "volvo.jpg", "car.webp");
    for (int i = 0; i < PHOTOS; i++) {
      byte[] file =
          Files.readAllBytes(Path.of("src/test/resources/photos", files.get(i % files.size())));
      Pixels full = PhotoReader.read(file, PhotoLimits.GENEROUS, 400).pixels();
      double width = full.width() * random.nextDouble(0.5, 1);
      double height = full.height() * random.nextDouble(0.5, 1);
      double left = random.nextDouble(full.width() - width + 1e-9);
      double top = random.nextDouble(full.height() - height + 1e-9);
      Pixels part =
          Resampling.scaled(
              full,
              new Box(left, top, left + width, top + height),
              random.nextBoolean(),
              size.width(),
              size.height());
      photos.add(new Example("photo " + i, part, Example.NONE, Example.NONE, true));
    }
    return photos;
  }

  private static float[][] served(Precision precision) {
    float[][] logits = new float[PHOTOS][];
    try (ServingProgram serving = model.program(precision)) {
      for (int from = 0; from < PHOTOS; from += BATCH) {
        List<float[]> batch = inputs.subList(from, from + BATCH);
        List<ServingProgram.Output> outputs = serving.run(batch, size, PyTorch.ALL_CORES);
        for (int i = 0; i < BATCH; i++) {
          logits[from + i] = outputs.get(i).logits();
        }
      }
    }
    return logits;
  }

  @Test
  void in_single_precision_all_logits_are_equal() {
    float[][] served = served(Precision.FLOAT32);
    for (int i = 0; i < PHOTOS; i++) {
      assertArrayEquals(trained[i], served[i], 1e-4f, "photo " + i);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "FLOAT32", mode = EnumSource.Mode.EXCLUDE)
  void in_other_precisions_at_most_one_photo_in_a_hundred_has_another_top_brand(
      Precision precision) {
    IntegerConvolutions.assumeAvailableFor(precision);
    float[][] served = served(precision);
    int same = 0;
    for (int i = 0; i < PHOTOS; i++) {
      same += top(trained[i]) == top(served[i]) ? 1 : 0;
    }
    assertTrue(same >= 99, same + " of " + PHOTOS);
  }

  private static int top(float[] logits) {
    return Scores.of(logits, model.description().labels()).top();
  }
}
