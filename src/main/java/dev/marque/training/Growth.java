package dev.marque.training;

import dev.marque.vision.network.Layer;
import dev.marque.vision.network.NetworkDescription;
import dev.marque.vision.network.Tensor;
import dev.marque.vision.network.Weights;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Transfers the weights of a trained network to a deeper one. The deeper network initially computes
 * the same function, because a new residual block starts as its shortcut (Chen et al., 2016,
 * "Net2Net").
 */
final class Growth {

  private Growth() {}

  /**
   * Returns the weights of {@code from} under the names of the corresponding layers in {@code to},
   * which must have the same layers in the same order and may have additional residual blocks of
   * stride 1 between them. The additional blocks get no weights here.
   *
   * @throws IllegalArgumentException if {@code to} is not such an extension of {@code from}
   */
  static Weights grow(NetworkDescription from, NetworkDescription to, Weights weights) {
    Map<String, String> renamed = new HashMap<>();
    List<Layer> old = from.layers();
    int matched = 0;
    for (int i = 0; i < to.layers().size(); i++) {
      Layer layer = to.layers().get(i);
      if (matched < old.size() && layer.equals(old.get(matched))) {
        renamed.put("layers." + matched++, "layers." + i);
      } else if (!(layer instanceof Layer.Residual block && block.stride() == 1)) {
        throw new IllegalArgumentException(
            "layer %d of the network, %s, is neither the next layer of the start network nor a"
                    .formatted(i, layer)
                + " residual block of stride 1");
      }
    }
    if (matched < old.size() || from.squeeze() != to.squeeze()) {
      throw new IllegalArgumentException(
          "the network lacks layers of the start network, or has another squeeze ratio");
    }
    return new Weights(
        weights.tensors().stream()
            .map(
                tensor -> new Tensor(name(tensor.name(), renamed), tensor.shape(), tensor.values()))
            .toList());
  }

  private static String name(String tensor, Map<String, String> renamed) {
    int end = tensor.indexOf('.', tensor.indexOf('.') + 1);
    String layer = end < 0 ? tensor : tensor.substring(0, end);
    return renamed.getOrDefault(layer, layer) + tensor.substring(layer.length());
  }
}
