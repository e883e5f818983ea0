package dev.marque.training;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.vision.photo.Normalization;
import dev.marque.vision.photo.Pixels;
import dev.marque.vision.photo.Size;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AugmentationTest {

  private static final Size SIZE = new Size(64, 96);
  private static final Normalization UNCHANGED =
      new Normalization(List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));

  @Test
  void a_car_in_a_scene_is_there_and_fills_at_most_three_quarters_of_it() {
    Augmentation augmentation = new Augmentation(UNCHANGED, 0.3);
    Pixels car = plain(255);
    Pixels scene = plain(0);
    for (int seed = 0; seed < 200; seed++) {
      float[] values = new float[SIZE.values()];
      augmentation.applyInScene(car, scene, SIZE, new SplittableRandom(seed), values, 0);
      float brightest = 0;
      for (float value : values) {
        brightest = Math.max(brightest, value);
      }
      int bright = 0;
      for (float value : values) {
        bright += value == brightest ? 1 : 0;
      }
      double share = (double) bright / values.length;
      assertTrue(share > 0 && share < 0.75, "seed " + seed + ": " + share);
    }
  }

  private static Pixels plain(int value) {
    byte[] rgb = new byte[120 * 80 * 3];
    Arrays.fill(rgb, (byte) value);
    return new Pixels(120, 80, rgb);
  }
}
