package dev.marque.vision.network;

import dev.marque.vision.network.TensorSpec.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * Derives the tensors of a network from its description: each layer has as many input channels as
 * the previous layer has output channels.
 */
public final class ShapeInference {

  /** Channels of a photo. */
  public static final int PHOTO_CHANNELS = 3;

  private final List<TensorSpec> tensors = new ArrayList<>();
  private int channels = PHOTO_CHANNELS;

  private ShapeInference() {}

  /** Returns all tensors in the order in which the forward pass uses them. */
  public static List<TensorSpec> tensors(NetworkDescription network, Heads heads) {
    ShapeInference inference = new ShapeInference();
    for (int i = 0; i < network.layers().size(); i++) {
      inference.layer("layers." + i, network.layers().get(i), network.squeeze());
    }
    inference.linear("heads.brand", inference.channels, heads.brands());
    if (heads.models() > 0) {
      inference.linear("heads.model", inference.channels, heads.models());
    }
    inference.linear("heads.car", inference.channels, 1);
    return List.copyOf(inference.tensors);
  }

  /** Returns whether a residual block's shortcut needs a projection convolution. */
  static boolean projects(int channels, Layer.Residual block) {
    return channels != block.width() || block.stride() != 1;
  }

  /** Returns the width of the hidden layer of squeeze and excitation. */
  static int squeezed(int width, int squeeze) {
    return Math.max(1, width / squeeze);
  }

  private void layer(String name, Layer layer, int squeeze) {
    if (layer instanceof Layer.Convolution convolution) {
      convolution(name, channels, convolution.width(), convolution.kernel(), Role.SCALE);
      channels = convolution.width();
    } else if (layer instanceof Layer.Residual block) {
      int width = block.width();
      int hidden = squeezed(width, squeeze);
      convolution(name + ".first", channels, width, 3, Role.SCALE);
      convolution(name + ".second", width, width, 3, Role.RESIDUAL_SCALE);
      linear(name + ".squeeze", width, hidden);
      linear(name + ".excite", hidden, width);
      if (projects(channels, block)) {
        convolution(name + ".shortcut", channels, width, 1, Role.SCALE);
      }
      channels = width;
    }
  }

  private void convolution(String name, int in, int out, int kernel, Role scale) {
    add(name + ".weight", Role.WEIGHT, out, in, kernel, kernel);
    add(name + ".scale", scale, out);
    add(name + ".shift", Role.SHIFT, out);
    add(name + ".mean", Role.RUNNING_MEAN, out);
    add(name + ".variance", Role.RUNNING_VARIANCE, out);
  }

  private void linear(String name, int in, int out) {
    add(name + ".weight", Role.WEIGHT, out, in);
    add(name + ".bias", Role.BIAS, out);
  }

  private void add(String name, Role role, int... shape) {
    tensors.add(new TensorSpec(name, shape, role));
  }
}
