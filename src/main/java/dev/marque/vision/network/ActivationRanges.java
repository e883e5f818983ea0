package dev.marque.vision.network;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.marque.vision.photo.Size;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The largest value of each activation that {@link QuantizedProgram} quantizes, measured on photos.
 * The smallest is zero, because each follows a ReLU.
 *
 * @param maxima by name: a layer's name for its output, with {@code .first} the output of the first
 *     convolution in a residual block
 */
public record ActivationRanges(@JsonValue Map<String, Float> maxima) {

  private static final int BATCH = 16;

  /** Validates the values. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public ActivationRanges {
    maxima = Collections.unmodifiableMap(new LinkedHashMap<>(maxima));
    maxima.forEach(
        (name, maximum) -> {
          if (!(maximum >= 0 && Float.isFinite(maximum))) {
            throw new IllegalArgumentException(
                "activation range %s of %s".formatted(maximum, name));
          }
        });
  }

  /**
   * Measures the activations of a network in single precision.
   *
   * @param photos at least one photo, as for {@link ServingProgram#run}; only a batch of them is in
   *     memory at a time
   */
  public static ActivationRanges of(
      NetworkDescription network, Heads heads, Weights weights, Stream<float[]> photos, Size size) {
    List<String> names = new ArrayList<>();
    try (LoadedProgram program =
        LoadedProgram.load(
            file ->
                names.addAll(TorchScriptProgram.activationMaxima(network, heads, weights, file)))) {
      float[] maxima = new float[names.size()];
      Iterator<float[]> all = photos.iterator();
      while (all.hasNext()) {
        List<float[]> batch = new ArrayList<>();
        while (all.hasNext() && batch.size() < BATCH) {
          batch.add(all.next());
        }
        float[] ofBatch =
            program.run(batch, size, PyTorch.ALL_CORES, answer -> answer.head().toFloatArray());
        for (int i = 0; i < maxima.length; i++) {
          maxima[i] = Math.max(maxima[i], ofBatch[i]);
        }
      }
      Map<String, Float> byName = new LinkedHashMap<>();
      for (int i = 0; i < maxima.length; i++) {
        byName.put(names.get(i), maxima[i]);
      }
      return new ActivationRanges(byName);
    }
  }

  /**
   * Checks that there is a range of every activation of a network.
   *
   * @throws InvalidModelException naming the first one that is missing
   */
  public void check(NetworkDescription network) {
    for (int i = 0; i < network.layers().size(); i++) {
      String name = "layers." + i;
      Layer layer = network.layers().get(i);
      if (layer instanceof Layer.Residual) {
        maximum(name + ".first");
      }
      if (!(layer instanceof Layer.MaxPooling)) {
        maximum(name);
      }
    }
  }

  /**
   * Returns the largest value of an activation.
   *
   * @throws InvalidModelException if it was not measured
   */
  float maximum(String activation) {
    Float maximum = maxima.get(activation);
    if (maximum == null) {
      throw new InvalidModelException("there is no range of the activation " + activation);
    }
    return maximum;
  }
}
