package dev.marque.training;

import dev.marque.vision.photo.Box;
import dev.marque.vision.photo.Normalization;
import dev.marque.vision.photo.Pixels;
import dev.marque.vision.photo.Resampling;
import dev.marque.vision.photo.Size;
import java.util.random.RandomGenerator;

/**
 * Random augmentation of training photos: a crop (Szegedy et al., 2015), a border or a surrounding
 * scene, mirroring, changes of brightness, contrast and colour, and erasing of a part (Zhong et
 * al., 2020). Some photos are also tilted, darkened or reduced in resolution, like photos that
 * users take.
 */
record Augmentation(Normalization normalization, double smallestCrop) {

  private static final double MAX_ASPECT = 1.33;
  private static final double BORDER_PROBABILITY = 0.2;
  private static final double MAX_BORDER = 0.15;
  private static final double MIN_SCALE_IN_SCENE = 0.45;
  private static final double MAX_SCALE_IN_SCENE = 0.85;
  private static final double GREY_PROBABILITY = 0.15;
  private static final double ERASING_PROBABILITY = 0.25;
  private static final double COARSE_PROBABILITY = 0.1;
  private static final int MIN_COARSE_SIDE = 72;
  private static final int MAX_COARSE_SIDE = 180;
  private static final double DARK_PROBABILITY = 0.1;
  private static final double MIN_BRIGHTNESS = 0.2;
  private static final double TILT_PROBABILITY = 0.15;
  private static final double MAX_TILT = Math.toRadians(12);

  /** Fills {@code target[at + (y * width + x) * 3 + channel]} with normalised values. */
  void apply(Pixels photo, Size size, RandomGenerator random, float[] target, int at) {
    float[] values = new float[size.values()];
    Pixels seen = random.nextDouble() < COARSE_PROBABILITY ? coarse(photo, random) : photo;
    Box box = box(seen, random);
    Resampling.scale(seen, box, random.nextBoolean(), size.width(), size.height(), values);
    if (random.nextDouble() < TILT_PROBABILITY) {
      double angle = MAX_TILT * (2 * random.nextDouble() - 1);
      double aspect = box.width() / size.width() / (box.height() / size.height());
      values = tilted(values, size, angle, aspect);
    }
    finish(values, size, random, target, at);
  }

  private static Pixels coarse(Pixels photo, RandomGenerator random) {
    return Resampling.fit(photo, random.nextInt(MIN_COARSE_SIDE, MAX_COARSE_SIDE + 1));
  }

  /**
   * Rotates about the center; uncovered corners are filled with the nearest pixels.
   *
   * @param aspect width to height of the part of the photo that one value covers, so that the
   *     rotation preserves right angles of the photo rather than of the distorted input
   */
  private static float[] tilted(float[] values, Size size, double angle, double aspect) {
    int width = size.width();
    int height = size.height();
    float[] rotated = new float[values.length];
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double across = x - (width - 1) / 2.0;
        double down = y - (height - 1) / 2.0;
        double fromX = cos * across + sin * down / aspect + (width - 1) / 2.0;
        double fromY = cos * down - sin * across * aspect + (height - 1) / 2.0;
        interpolate(values, size, fromX, fromY, rotated, (y * width + x) * 3);
      }
    }
    return rotated;
  }

  private static void interpolate(
      float[] values, Size size, double x, double y, float[] target, int at) {
    double insideX = Math.max(0, Math.min(size.width() - 1, x));
    double insideY = Math.max(0, Math.min(size.height() - 1, y));
    int left = (int) insideX;
    int top = (int) insideY;
    int right = Math.min(left + 1, size.width() - 1);
    int bottom = Math.min(top + 1, size.height() - 1);
    float a = (float) (insideX - left);
    float b = (float) (insideY - top);
    for (int c = 0; c < 3; c++) {
      float upper =
          (1 - a) * values[(top * size.width() + left) * 3 + c]
              + a * values[(top * size.width() + right) * 3 + c];
      float lower =
          (1 - a) * values[(bottom * size.width() + left) * 3 + c]
              + a * values[(bottom * size.width() + right) * 3 + c];
      target[at + c] = (1 - b) * upper + b * lower;
    }
  }

  /**
   * Like {@link #apply}, but with the complete photo pasted into a scene: users photograph cars in
   * a street, while data sets show them cropped.
   */
  void applyInScene(
      Pixels photo, Pixels scene, Size size, RandomGenerator random, float[] target, int at) {
    float[] values = new float[size.values()];
    Resampling.scale(
        scene, box(scene, random), random.nextBoolean(), size.width(), size.height(), values);
    int width = (int) (size.width() * scaleInScene(random));
    int height = (int) (size.height() * scaleInScene(random));
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

  private static double scaleInScene(RandomGenerator random) {
    return MIN_SCALE_IN_SCENE + (MAX_SCALE_IN_SCENE - MIN_SCALE_IN_SCENE) * random.nextDouble();
  }

  private void finish(float[] values, Size size, RandomGenerator random, float[] target, int at) {
    recolour(values, random);
    normalization.apply(values, 0, values.length);
    if (random.nextDouble() < ERASING_PROBABILITY) {
      erase(values, size, random);
    }
    System.arraycopy(values, 0, target, at, values.length);
  }

  private Box box(Pixels photo, RandomGenerator random) {
    if (random.nextDouble() < BORDER_PROBABILITY) {
      double border = MAX_BORDER * random.nextDouble();
      return new Box(
          -border * photo.width(),
          -border * photo.height(),
          (1 + border) * photo.width(),
          (1 + border) * photo.height());
    }
    double area = smallestCrop + (1 - smallestCrop) * random.nextDouble();
    double aspect = Math.exp((random.nextDouble() * 2 - 1) * Math.log(MAX_ASPECT));
    double width = photo.width() * Math.min(1, Math.sqrt(area * aspect));
    double height = photo.height() * Math.min(1, Math.sqrt(area / aspect));
    double left = random.nextDouble() * (photo.width() - width);
    double top = random.nextDouble() * (photo.height() - height);
    return new Box(left, top, left + width, top + height);
  }

  private static void recolour(float[] values, RandomGenerator random) {
    float contrast = 0.65f + 0.7f * random.nextFloat();
    float brightness = (random.nextFloat() - 0.5f) * 50;
    float saturation =
        random.nextDouble() < GREY_PROBABILITY ? 0 : 0.6f + 0.8f * random.nextFloat();
    float light =
        random.nextDouble() < DARK_PROBABILITY
            ? (float) (MIN_BRIGHTNESS + (1 - MIN_BRIGHTNESS) * random.nextDouble())
            : 1;
    float middle = 120;
    for (int i = 0; i < values.length; i += 3) {
      float luma = 0.299f * values[i] + 0.587f * values[i + 1] + 0.114f * values[i + 2];
      for (int c = i; c < i + 3; c++) {
        float value = luma + saturation * (values[c] - luma);
        values[c] = ((value - middle) * contrast + middle + brightness) * light;
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
