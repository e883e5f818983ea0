package dev.marque.vision.network;

/**
 * A convolution with the following batch norm folded into it: in inference, batch norm is a fixed
 * scale and shift per channel.
 *
 * @param kernel {@code float[out][in][rows][columns]} in one array
 * @param bias {@code float[out]}
 */
record FoldedConvolution(float[] kernel, float[] bias) {

  /** Added to the variance, in training too. */
  static final double NORM_EPSILON = 1e-5;

  /** Folds the convolution of this name. */
  static FoldedConvolution of(Weights weights, String name) {
    float[] kernel = weights.values(name + ".weight").clone();
    float[] scale = weights.values(name + ".scale");
    float[] shift = weights.values(name + ".shift");
    float[] mean = weights.values(name + ".mean");
    float[] variance = weights.values(name + ".variance");
    float[] bias = new float[scale.length];
    int perChannel = kernel.length / scale.length;
    for (int c = 0; c < scale.length; c++) {
      double factor = scale[c] / Math.sqrt(variance[c] + NORM_EPSILON);
      bias[c] = (float) (shift[c] - mean[c] * factor);
      for (int i = c * perChannel; i < (c + 1) * perChannel; i++) {
        kernel[i] *= (float) factor;
      }
    }
    return new FoldedConvolution(kernel, bias);
  }
}
