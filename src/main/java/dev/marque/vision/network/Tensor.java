package dev.marque.vision.network;

import java.util.Arrays;

/**
 * A named array of the network.
 *
 * @param name for example {@code layers.3.first.weight}
 * @param shape the sizes of its axes; convolutions are {@code [out][in][height][width]}
 * @param values values in row-major order
 */
public record Tensor(String name, int[] shape, float[] values) {

  public Tensor {
    if (size(shape) != values.length) {
      throw new IllegalArgumentException(
          name + ": " + values.length + " values for shape " + Arrays.toString(shape));
    }
  }

  /** Returns the number of values of a shape. */
  public static int size(int[] shape) {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }
}
