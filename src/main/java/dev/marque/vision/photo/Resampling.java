package dev.marque.vision.photo;

import java.util.Arrays;

/**
 * Scales a part of a photo to a given size with a separable triangle filter, which is bilinear when
 * enlarging and as wide as the step between output pixels when shrinking, to prevent aliasing.
 */
public final class Resampling {

  private Resampling() {}

  /**
   * Fills {@code target[(y * width + x) * 3 + channel]} with values from 0 to 255.
   *
   * @param mirrored whether to swap left and right
   */
  public static void scale(
      Pixels photo, Box box, boolean mirrored, int width, int height, float[] target) {
    Taps across = Taps.of(box.left(), box.right(), width, photo.width());
    Taps down = Taps.of(box.top(), box.bottom(), height, photo.height());
    // Vertical pass first: adding up whole lines can be vectorized. Only the lines that contribute
    // to the next output line are kept, so that they stay in the cache.
    int from = across.first() * 3;
    int to = across.last() * 3 + 3;
    float[][] lines = new float[down.count][photo.width() * 3];
    float[] sum = new float[photo.width() * 3];
    int next = 0;
    for (int y = 0; y < height; y++) {
      int start = down.starts[y];
      for (next = Math.max(next, start); next < start + down.count; next++) {
        read(photo, next, from, to, lines[next % down.count]);
      }
      Arrays.fill(sum, from, to, 0);
      for (int t = 0; t < down.count; t++) {
        add(lines[(start + t) % down.count], down.weights[y * down.count + t], from, to, sum);
      }
      narrow(sum, across, mirrored, target, y * width * 3);
    }
  }

  /** Scales a photo down to a maximum long side in pixels; a photo that fits is returned as is. */
  public static Pixels fit(Pixels photo, int longSide) {
    int longer = Math.max(photo.width(), photo.height());
    if (longer <= longSide) {
      return photo;
    }
    int width = Math.max(1, Math.round((float) photo.width() * longSide / longer));
    int height = Math.max(1, Math.round((float) photo.height() * longSide / longer));
    return scaled(photo, Box.all(photo), false, width, height);
  }

  /** Returns a scaled part of a photo as a new photo. */
  public static Pixels scaled(Pixels photo, Box part, boolean mirrored, int width, int height) {
    float[] values = new float[width * height * 3];
    scale(photo, part, mirrored, width, height, values);
    byte[] rgb = new byte[values.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (int) (values[i] + 0.5f);
    }
    return new Pixels(width, height, rgb);
  }

  private static void read(Pixels photo, int y, int from, int to, float[] values) {
    byte[] rgb = photo.rgb();
    int line = y * values.length;
    for (int i = from; i < to; i++) {
      values[i] = rgb[line + i] & 0xff;
    }
  }

  private static void add(float[] line, float weight, int from, int to, float[] sum) {
    if (weight == 0) {
      return;
    }
    for (int i = from; i < to; i++) {
      sum[i] += weight * line[i];
    }
  }

  private static void narrow(
      float[] values, Taps across, boolean mirrored, float[] target, int at) {
    float[] weights = across.weights;
    int count = across.count;
    int width = across.starts.length;
    for (int x = 0; x < width; x++) {
      float red = 0;
      float green = 0;
      float blue = 0;
      int in = across.starts[x] * 3;
      for (int t = x * count; t < (x + 1) * count; t++) {
        float weight = weights[t];
        red += weight * values[in];
        green += weight * values[in + 1];
        blue += weight * values[in + 2];
        in += 3;
      }
      int out = at + (mirrored ? width - 1 - x : x) * 3;
      target[out] = red;
      target[out + 1] = green;
      target[out + 2] = blue;
    }
  }

  /** The weights of the adjacent input pixels that contribute to each output pixel. */
  private static final class Taps {
    private final int count;
    private final int[] starts;
    private final float[] weights;

    private Taps(int count, int outputs) {
      this.count = count;
      this.starts = new int[outputs];
      this.weights = new float[outputs * count];
    }

    static Taps of(double from, double to, int outputs, int inputs) {
      double step = (to - from) / outputs;
      double reach = Math.max(1, step);
      int reached = (int) Math.ceil(2 * reach);
      Taps taps = new Taps(Math.min(reached, inputs), outputs);
      for (int i = 0; i < outputs; i++) {
        double center = from + (i + 0.5) * step - 0.5;
        taps.add(i, center, reach, reached, inputs);
      }
      return taps;
    }

    int first() {
      return starts[0];
    }

    int last() {
      return starts[starts.length - 1] + count - 1;
    }

    /** Weights beyond the border are added to the border pixel. */
    private void add(int output, double center, double reach, int reached, int inputs) {
      int begin = (int) Math.floor(center - reach) + 1;
      int start = Math.min(Math.max(begin, 0), inputs - count);
      starts[output] = start;
      double[] exact = new double[count];
      double sum = 0;
      for (int input = begin; input < begin + reached; input++) {
        double weight = Math.max(0, 1 - Math.abs(input - center) / reach);
        exact[Math.min(Math.max(input, 0), inputs - 1) - start] += weight;
        sum += weight;
      }
      for (int t = 0; t < count; t++) {
        weights[output * count + t] = (float) (exact[t] / sum);
      }
    }
  }
}
