package dev.marque.vision.network;

/**
 * A convolution's kernel as integers with a step per output channel.
 *
 * @param integers whole numbers from -{@link #MAX} to {@link #MAX}, {@code
 *     float[out][in][rows][columns]} in one array
 * @param steps {@code float[out]}: a weight is its integer times the step of its output channel
 */
record QuantizedKernel(float[] integers, float[] steps) {

  /**
   * Largest integer. With seven bits, the sum of two products with unsigned activations fits into
   * 16 bits. x86 processors without VNNI instructions would clip a larger sum, so answers would
   * differ by processor.
   */
  static final int MAX = 63;

  /**
   * Rounds a kernel to integers, so that the largest weight of each output channel is {@link #MAX}
   * steps.
   */
  static QuantizedKernel of(float[] kernel, int outputs) {
    float[] integers = new float[kernel.length];
    float[] steps = new float[outputs];
    int each = kernel.length / outputs;
    for (int out = 0; out < outputs; out++) {
      float largest = 0;
      for (int i = out * each; i < (out + 1) * each; i++) {
        largest = Math.max(largest, Math.abs(kernel[i]));
      }
      // All weights of a channel can be zero.
      steps[out] = Math.max(largest / MAX, Float.MIN_NORMAL);
      for (int i = out * each; i < (out + 1) * each; i++) {
        integers[i] = (float) Math.rint(kernel[i] / steps[out]);
      }
    }
    return new QuantizedKernel(integers, steps);
  }
}
