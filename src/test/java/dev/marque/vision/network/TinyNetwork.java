package dev.marque.vision.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A network that runs in milliseconds, with weights such that every part of it affects the output.
 */
public final class TinyNetwork {

  public static final NetworkDescription DESCRIPTION =
      new NetworkDescription(
          List.of(
              new Layer.Convolution(8, 5, 2),
              new Layer.MaxPooling(3, 2),
              new Layer.Residual(8, 1),
              new Layer.Residual(16, 2)),
          4,
          0.1);

  private TinyNetwork() {}

  /** Returns random weights, including running statistics and residual scales. */
  public static Weights weights(Heads heads, long seed) {
    return weights(DESCRIPTION, heads, seed);
  }

  /** Like {@link #weights(Heads, long)}, for another network. */
  public static Weights weights(NetworkDescription network, Heads heads, long seed) {
    Random random = new Random(seed);
    List<Tensor> tensors = new ArrayList<>();
    List<TensorSpec> specs = ShapeInference.tensors(network, heads);
    for (Tensor tensor : Weights.initial(specs, seed).tensors()) {
      float[] values = tensor.values().clone();
      for (int i = 0; i < values.length; i++) {
        if (tensor.shape().length == 1) {
          values[i] += 0.5f * random.nextFloat();
        }
      }
      tensors.add(new Tensor(tensor.name(), tensor.shape(), values));
    }
    return new Weights(tensors);
  }
}
