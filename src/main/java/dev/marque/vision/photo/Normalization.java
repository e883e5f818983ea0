package dev.marque.vision.photo;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Normalises pixel values as in training: {@code (value - mean) / deviation} per channel.
 *
 * @param mean means of red, green and blue, 0 to 255
 * @param deviation standard deviations of red, green and blue
 */
public record Normalization(List<Float> mean, List<Float> deviation) {

  /** ImageNet's statistics, the usual choice for photos. */
  public static final Normalization IMAGENET =
      new Normalization(List.of(123.7f, 116.3f, 103.5f), List.of(58.4f, 57.1f, 57.4f));

  public Normalization {
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    if (mean.size() != 3 || deviation.size() != 3 || deviation.stream().anyMatch(d -> !(d > 0))) {
      throw new IllegalArgumentException("mean " + mean + ", deviation " + deviation);
    }
  }

  /** Returns the lowest normalised value of a pixel. */
  public float lowest() {
    return (float) IntStream.range(0, 3).mapToDouble(c -> of(0, c)).min().orElseThrow();
  }

  /** Returns the highest normalised value of a pixel. */
  public float highest() {
    return (float) IntStream.range(0, 3).mapToDouble(c -> of(255, c)).max().orElseThrow();
  }

  private double of(int value, int channel) {
    return (value - mean.get(channel)) / deviation.get(channel);
  }

  /** Normalises interleaved values in place. */
  public void apply(float[] values, int from, int to) {
    for (int c = 0; c < 3; c++) {
      float shift = mean.get(c);
      float factor = 1 / deviation.get(c);
      for (int i = from + c; i < to; i += 3) {
        values[i] = (values[i] - shift) * factor;
      }
    }
  }
}
