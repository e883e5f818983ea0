package dev.marque.vision.network;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/**
 * One layer of the network's trunk. Only its output width is described; its input width is inferred
 * from the previous layer.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Layer.Convolution.class, name = "convolution"),
  @JsonSubTypes.Type(value = Layer.MaxPooling.class, name = "max_pooling"),
  @JsonSubTypes.Type(value = Layer.Residual.class, name = "residual"),
})
public sealed interface Layer {

  /** Returns the factor by which this layer shrinks its input per axis. */
  int stride();

  /**
   * Convolution, batch norm and ReLU, padded so that stride 1 keeps the size.
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

  /** Max pooling. */
  record MaxPooling(int kernel, int stride) implements Layer {
    public MaxPooling {
      check(kernel > 0 && kernel % 2 == 1, "kernel", kernel);
      check(stride > 0, "stride", stride);
    }
  }

  /**
   * A residual block (He et al., 2016) of two 3 x 3 convolutions whose output channels are weighted
   * by squeeze and excitation (Hu et al., 2018) before the shortcut is added. The shortcut is a 1 x
   * 1 convolution if width or size change.
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
      throw new IllegalArgumentException("invalid " + name + " of a layer: " + value);
    }
  }
}
