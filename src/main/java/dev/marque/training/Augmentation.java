package dev.marque.training;

import dev.marque.vision.photo.Box;
import dev.marque.vision.photo.Normalization;
import dev.marque.vision.photo.Pixels;
import dev.marque.vision.photo.Resampling;
import dev.marque.vision.photo.Size;
import java.util.random.RandomGenerator;

/**
 * Makes a photo look different each time it is learned from: a random crop (Szegedy et al., 2015)
 * or a border around it or a scene that it is a part of, mirrored or not, other brightness,
 * contrast and colour, and a part erased (Zhong et al., 2020).
 */
record Augmentation(Normalization normalization, double smallestCrop) {

  private static final double WIDEST_ASPECT = 1.33;
  private static final double BORDER_SHARE = 0.2;
  private static final double WIDEST_BORDER = 0.15;
  private static final double SMALLEST_IN_SCENE = 0.45;
  private static final double LARGEST_IN_SCENE = 0.85;
  private static final double GREY_SHARE = 0.15;
  private static final double ERASED_SHARE = 0.25;

  /** Fills {@code target[at + (y * width + x) * 3 + channel]}, normalised. */
  void apply(Pixels photo, Size size, RandomGenerator random, float[] target, int at) {
    float[] values = new float[size.values()];
    Resampling.scale(
        photo, box(photo, random), random.nextBoolean(), size.width(), size.height(), values);
    finish(values, size, random, target, at);
  }

  /**
   * Fills the target as {@link #apply} does, with the whole photo somewhere in a scene: people
   * photograph cars in a street, data sets show them cut out.
   */
  void applyInScene(
      Pixels photo, Pixels scene, Size size, RandomGenerator random, float[] target, int at) {
    float[] values = new float[size.values()];
    Resampling.scale(
        scene, box(scene, random), random.nextBoolean(), size.width(), size.height(), values);
    int width = (int) (size.width() * shareOfScene(random));
    int height = (int) (size.height() * shareOfScene(random));
    float[] part = new float[width * height * 3];
    Resampling.scale(photo, Box.all(photo), random.nextBoolean(), width, height, part);
    int left = random.nextInt(size.width() - width + 1);
    int top = random.nextInt(size.height() - height + 1);
    for (int y = 0; y < height; y++) {
      int to = ((top + y) * size.width() + left) * 3;
      System.arraycopy(part, y * width * 3, values, to, width * 3);
    }
    finish(values, size, random, target, at);
  }

  private static double shareOfScene(RandomGenerator random) {
    return SMALLEST_IN_SCENE + (LARGEST_IN_SCENE - SMALLEST_IN_SCENE) * random.nextDouble();
  }

  private void finish(float[] values, Size size, RandomGenerator random, float[] target, int at) {
    recolour(values, random);
    normalization.apply(values, 0, values.length);
    if (random.nextDouble() < ERASED_SHARE) {
      erase(values, size, random);
    }
    System.arraycopy(values, 0, target, at, values.length);
  }

  private Box box(Pixels photo, RandomGenerator random) {
    if (random.nextDouble() < BORDER_SHARE) {
      double border = WIDEST_BORDER * random.nextDouble();
      return new Box(
          -border * photo.width(),
          -border * photo.height(),
          (1 + border) * photo.width(),
          (1 + border) * photo.height());
    }
    double area = smallestCrop + (1 - smallestCrop) * random.nextDouble();
    double aspect = Math.exp((random.nextDouble() * 2 - 1) * Math.log(WIDEST_ASPECT));
    double width = photo.width() * Math.min(1, Math.sqrt(area * aspect));
    double height = photo.height() * Math.min(1, Math.sqrt(area / aspect));
    double left = random.nextDouble() * (photo.width() - width);
    double top = random.nextDouble() * (photo.height() - height);
    return new Box(left, top, left + width, top + height);
  }

  private static void recolour(float[] values, RandomGenerator random) {
    float contrast = 0.65f + 0.7f * random.nextFloat();
    float brightness = (random.nextFloat() - 0.5f) * 50;
    float saturation = random.nextDouble() < GREY_SHARE ? 0 : 0.6f + 0.8f * random.nextFloat();
    float middle = 120;
    for (int i = 0; i < values.length; i += 3) {
      float luma = 0.299f * values[i] + 0.587f * values[i + 1] + 0.114f * values[i + 2];
      for (int c = i; c < i + 3; c++) {
        float value = luma + saturation * (values[c] - luma);
        values[c] = (value - middle) * contrast + middle + brightness;
      }
    }
  }

  private static void erase(float[] values, Size size, RandomGenerator random) {
    int height = (int) (size.height() * (0.15 + 0.3 * random.nextDouble()));
    int width = (int) (size.width() * (0.15 + 0.3 * random.nextDouble()));
    int top = random.nextInt(size.height() - height);
    int left = random.nextInt(size.width() - width);
    for (int y = top; y < top + height; y++) {
      for (int i = (y * size.width() + left) * 3; i < (y * size.width() + left + width) * 3; i++) {
        values[i] = (float) random.nextGaussian();
      }
    }
  }
}
