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
  void a_car_covers_at_most_three_quarters_of_a_scene() {
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

  @Test
  void a_minority_of_photos_is_darkened_coarsened_or_tilted() {
    Augmentation augmentation = new Augmentation(UNCHANGED, 1);
    Pixels stripes = stripes();
    int dark = 0;
    int dull = 0;
    for (int seed = 0; seed < 400; seed++) {
      float[] values = new float[SIZE.values()];
      augmentation.apply(stripes, SIZE, new SplittableRandom(seed), values, 0);
      dark += mean(values) < 60 ? 1 : 0;
      dull += medianStep(values) < 25 ? 1 : 0;
    }
    assertTrue(dark > 8 && dark < 80, dark + " of 400 are dark");
    assertTrue(dull > 8 && dull < 120, dull + " of 400 have no sharp stripe");
  }

  private static double mean(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /** Returns the median brightness step along the middle row, robust against an erased part. */
  private static double medianStep(float[] values) {
    int row = SIZE.height() / 2 * SIZE.width() * 3;
    float[] steps = new float[SIZE.width() - 1];
    for (int x = 1; x < SIZE.width(); x++) {
      steps[x - 1] = Math.abs(values[row + x * 3] - values[row + x * 3 - 3]);
    }
    Arrays.sort(steps);
    return steps[steps.length / 2];
  }

  /** Returns vertical stripes that are two pixels wide after scaling. */
  private static Pixels stripes() {
    int width = SIZE.width() * 4;
    int height = SIZE.height() * 4;
    byte[] rgb = new byte[width * height * 3];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i / 3 % width / 4 % 2 == 0 ? 20 : 235);
    }
    return new Pixels(width, height, rgb);
  }

  private static Pixels plain(int value) {
    byte[] rgb = new byte[120 * 80 * 3];
    Arrays.fill(rgb, (byte) value);
    return new Pixels(120, 80, rgb);
  }
}
