package dev.marque.vision.network;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/**
 * One layer of the network's trunk. Only what a layer makes is described (its width); what it takes
 * is inferred from the layer before.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Layer.Convolution.class, name = "convolution"),
  @JsonSubTypes.Type(value = Layer.MaxPooling.class, name = "max_pooling"),
  @JsonSubTypes.Type(value = Layer.Residual.class, name = "residual"),
})
public sealed interface Layer {

  /** How many times smaller this layer's output is, per axis. */
  int stride();

  /**
   * Convolution, batch norm, ReLU. Padded so that stride 1 keeps the size.
   *
   * @param width output channels
   * @param kernel side of the square kernel, odd
   */
  record Convolution(int width, int kernel, int stride) implements Layer {
    public Convolution {
      check(width > 0, "width", width);
      check(kernel > 0 && kernel % 2 == 1, "kernel", kernel);
      check(stride > 0, "stride", stride);
    }
  }

  /** The largest value of each window. */
  record MaxPooling(int kernel, int stride) implements Layer {
    public MaxPooling {
      check(kernel > 0 && kernel % 2 == 1, "kernel", kernel);
      check(stride > 0, "stride", stride);
    }
  }

  /**
   * A residual block (He et al., 2016) of two 3 x 3 convolutions whose output channels are weighed
   * by squeeze and excitation (Hu et al., 2018) before the shortcut is added. The shortcut is a 1 x
   * 1 convolution where width or size change.
   *
   * @param width output channels
   */
  record Residual(int width, int stride) implements Layer {
    public Residual {
      check(width > 0, "width", width);
      check(stride > 0, "stride", stride);
    }
  }

  private static void check(boolean holds, String name, int value) {
    if (!holds) {
      throw new IllegalArgumentException(name + " of " + value + " makes no layer");
    }
  }
}
