package dev.marque.vision.network;

/**
 * A tensor that a network of some description needs.
 *
 * @param name its name in the weights file
 * @param shape the sizes of its axes
 * @param role what it does, which decides how it starts and whether it is trained
 */
public record TensorSpec(String name, int[] shape, Role role) {

  /** What a tensor does. */
  public enum Role {
    /**
     * Kernel of a convolution or matrix of a linear layer: random at first, decayed in training.
     */
    WEIGHT,
    /** Added after a linear layer: zero at first. */
    BIAS,
    /** Batch norm's scale: one at first. */
    SCALE,
    /**
     * Batch norm's scale at the end of a residual branch: zero at first, so that a block begins as
     * its shortcut.
     */
    RESIDUAL_SCALE,
    /** Batch norm's shift: zero at first. */
    SHIFT,
    /** Batch norm's running mean: not trained, zero at first. */
    RUNNING_MEAN,
    /** Batch norm's running variance: not trained, one at first. */
    RUNNING_VARIANCE;

    /** Whether gradients change it. */
    public boolean trained() {
      return this != RUNNING_MEAN && this != RUNNING_VARIANCE;
    }
  }

  /** How many values it holds. */
  public int size() {
    return Tensor.size(shape);
  }

  /** Its name as an attribute of a TorchScript module. */
  public String attribute() {
    return attribute(name);
  }

  /** The name of any tensor as an attribute of a TorchScript module. */
  static String attribute(String tensor) {
    return tensor.replace('.', '_');
  }
}
