package dev.marque.vision.photo;

/**
 * Scales a part of a photo to a given size: a triangle filter as wide as the step between output
 * pixels (bilinear when enlarging, averaging when shrinking, so nothing aliases), one axis after
 * the other.
 */
public final class Resampling {

  private Resampling() {}

  /**
   * Fills {@code target[(y * width + x) * 3 + channel]} with values from 0 to 255.
   *
   * @param mirrored left and right exchanged
   */
  public static void scale(
      Pixels photo, Box box, boolean mirrored, int width, int height, float[] target) {
    Taps across = Taps.of(box.left(), box.right(), width, photo.width());
    Taps down = Taps.of(box.top(), box.bottom(), height, photo.height());
    int first = down.first();
    int rows = down.last() - first + 1;
    float[] narrowed = new float[rows * width * 3];
    for (int row = 0; row < rows; row++) {
      narrow(photo, first + row, across, mirrored, width, narrowed, row * width * 3);
    }
    int line = width * 3;
    for (int y = 0; y < height; y++) {
      int out = y * line;
      java.util.Arrays.fill(target, out, out + line, 0);
      for (int t = 0; t < down.count; t++) {
        float weight = down.weights[y * down.count + t];
        if (weight == 0) {
          continue;
        }
        int in = (down.indices[y * down.count + t] - first) * line;
        for (int i = 0; i < line; i++) {
          target[out + i] += weight * narrowed[in + i];
        }
      }
    }
  }

  /** The same photo with a long side of at most so many pixels; one that fits is not changed. */
  public static Pixels fit(Pixels photo, int longSide) {
    int longer = Math.max(photo.width(), photo.height());
    if (longer <= longSide) {
      return photo;
    }
    int width = Math.max(1, Math.round((float) photo.width() * longSide / longer));
    int height = Math.max(1, Math.round((float) photo.height() * longSide / longer));
    return scaled(photo, Box.all(photo), false, width, height);
  }

  /** A part of a photo as one of its own. */
  public static Pixels scaled(Pixels photo, Box part, boolean mirrored, int width, int height) {
    float[] values = new float[width * height * 3];
    scale(photo, part, mirrored, width, height, values);
    byte[] rgb = new byte[values.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) Math.round(values[i]);
    }
    return new Pixels(width, height, rgb);
  }

  private static void narrow(
      Pixels photo, int y, Taps across, boolean mirrored, int width, float[] target, int at) {
    byte[] rgb = photo.rgb();
    int line = y * photo.width();
    for (int x = 0; x < width; x++) {
      float red = 0;
      float green = 0;
      float blue = 0;
      int tap = x * across.count;
      for (int t = tap; t < tap + across.count; t++) {
        float weight = across.weights[t];
        int in = (line + across.indices[t]) * 3;
        red += weight * (rgb[in] & 0xff);
        green += weight * (rgb[in + 1] & 0xff);
        blue += weight * (rgb[in + 2] & 0xff);
      }
      int out = at + (mirrored ? width - 1 - x : x) * 3;
      target[out] = red;
      target[out + 1] = green;
      target[out + 2] = blue;
    }
  }

  /** Which input pixels, with which weights, make each output pixel along one axis. */
  private static final class Taps {
    private final int count;
    private final int[] indices;
    private final float[] weights;

    private Taps(int count, int outputs) {
      this.count = count;
      this.indices = new int[outputs * count];
      this.weights = new float[outputs * count];
    }

    static Taps of(double from, double to, int outputs, int inputs) {
      double step = (to - from) / outputs;
      double reach = Math.max(1, step);
      Taps taps = new Taps((int) Math.ceil(2 * reach) + 1, outputs);
      for (int i = 0; i < outputs; i++) {
        double center = from + (i + 0.5) * step - 0.5;
        int begin = (int) Math.ceil(center - reach);
        double sum = 0;
        for (int t = 0; t < taps.count; t++) {
          double weight = Math.max(0, 1 - Math.abs(begin + t - center) / reach);
          int at = i * taps.count + t;
          taps.indices[at] = Math.min(Math.max(begin + t, 0), inputs - 1);
          taps.weights[at] = (float) weight;
          sum += weight;
        }
        for (int t = 0; t < taps.count; t++) {
          taps.weights[i * taps.count + t] /= (float) sum;
        }
      }
      return taps;
    }

    int first() {
      return java.util.Arrays.stream(indices).min().orElseThrow();
    }

    int last() {
      return java.util.Arrays.stream(indices).max().orElseThrow();
    }
  }
}
