package dev.marque.vision.network;

import java.util.List;

/**
 * The specification of a tensor that a network requires.
 *
 * @param name its name in the weights file
 * @param shape the sizes of its axes
 * @param role its role, which determines its initial values and whether it is trained
 */
public record TensorSpec(String name, int[] shape, Role role) {

  /** The role of a tensor in the network. */
  public enum Role {
    /** Kernel of a convolution or matrix of a linear layer: initially random, with weight decay. */
    WEIGHT,
    /** Bias of a linear layer: initially zero. */
    BIAS,
    /** Batch norm's scale: initially one. */
    SCALE,
    /**
     * Batch norm's scale at the end of a residual branch: initially zero, so that a block starts as
     * its shortcut.
     */
    RESIDUAL_SCALE,
    /** Batch norm's shift: initially zero. */
    SHIFT,
    /** Batch norm's running mean: not trained, initially zero. */
    RUNNING_MEAN,
    /** Batch norm's running variance: not trained, initially one. */
    RUNNING_VARIANCE;

    /** Returns whether gradients update it. */
    public boolean trained() {
      return this != RUNNING_MEAN && this != RUNNING_VARIANCE;
    }
  }

  /** Returns the specification of a tensor that the network has. */
  static TensorSpec find(String name, List<TensorSpec> specs) {
    return specs.stream()
        .filter(spec -> spec.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no tensor " + name));
  }

  /** Returns the number of values. */
  public int size() {
    return Tensor.size(shape);
  }

  /** Returns its name as an attribute of a TorchScript module. */
  public String attribute() {
    return attribute(name);
  }

  /** Returns the name of a tensor as an attribute of a TorchScript module. */
  static String attribute(String tensor) {
    return tensor.replace('.', '_');
  }
}
