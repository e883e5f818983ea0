package dev.marque.vision.network;

import dev.marque.vision.network.TensorSpec.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;

/** The values of a network's tensors by name. Immutable, except that the arrays are not copied. */
public final class Weights {

  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  public Weights(Collection<Tensor> tensors) {
    for (Tensor tensor : tensors) {
      if (this.tensors.put(tensor.name(), tensor) != null) {
        throw new InvalidModelException("the tensor " + tensor.name() + " occurs twice");
      }
    }
  }

  /**
   * Returns initial values for training: kernels after He et al., 2015 ("Delving Deep into
   * Rectifiers"), all others according to their {@link Role}. Deterministic for a given seed.
   */
  public static Weights initial(List<TensorSpec> specs, long seed) {
    Random random = new Random(seed);
    List<Tensor> tensors = new ArrayList<>();
    for (TensorSpec spec : specs) {
      float[] values = new float[spec.size()];
      switch (spec.role()) {
        case WEIGHT -> {
          boolean kernel = spec.shape().length == 4;
          int in = spec.size() / spec.shape()[0];
          double deviation = Math.sqrt((kernel ? 2.0 : 1.0) / in);
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
          }
        }
        case SCALE, RUNNING_VARIANCE -> Arrays.fill(values, 1);
        case BIAS, RESIDUAL_SCALE, SHIFT, RUNNING_MEAN -> {}
      }
      tensors.add(new Tensor(spec.name(), spec.shape(), values));
    }
    return new Weights(tensors);
  }

  /** Returns whether all values are finite numbers. */
  public boolean areFinite() {
    for (Tensor tensor : tensors.values()) {
      for (float value : tensor.values()) {
        if (!Float.isFinite(value)) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * Returns the values of a tensor.
   *
   * @throws InvalidModelException if there is no tensor of that name
   */
  public float[] values(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new InvalidModelException("the weights have no tensor " + name);
    }
    return tensor.values();
  }

  /** Returns whether there is a tensor of that name. */
  public boolean has(String name) {
    return tensors.containsKey(name);
  }

  public Collection<Tensor> tensors() {
    return List.copyOf(tensors.values());
  }

  /** Returns the values as rounded by {@link Safetensors.Format#F16}. */
  public Weights inHalfPrecision() {
    return new Weights(
        tensors.values().stream()
            .map(
                tensor -> {
                  float[] values = tensor.values().clone();
                  for (int i = 0; i < values.length; i++) {
                    values[i] = HalfPrecision.toFloat(HalfPrecision.toHalf(values[i]));
                  }
                  return new Tensor(tensor.name(), tensor.shape(), values);
                })
            .toList());
  }

  /**
   * Checks that these weights match a network exactly.
   *
   * @throws InvalidModelException naming the first tensor that is missing, unexpected, not finite
   *     or of a different shape
   */
  public void check(List<TensorSpec> specs) {
    TreeSet<String> unknown = new TreeSet<>(tensors.keySet());
    for (TensorSpec spec : specs) {
      Tensor tensor = tensors.get(spec.name());
      if (tensor == null) {
        throw new InvalidModelException(
            "the weights lack the tensor " + spec.name() + Arrays.toString(spec.shape()));
      }
      if (!Arrays.equals(tensor.shape(), spec.shape())) {
        throw new InvalidModelException(
            "the tensor %s has the shape %s, but the network needs %s"
                .formatted(
                    spec.name(), Arrays.toString(tensor.shape()), Arrays.toString(spec.shape())));
      }
      for (float value : tensor.values()) {
        if (!Float.isFinite(value)) {
          throw new InvalidModelException("the tensor " + spec.name() + " holds " + value);
        }
      }
      unknown.remove(spec.name());
    }
    if (!unknown.isEmpty()) {
      throw new InvalidModelException(
          "the network has no tensor " + unknown.first() + ", but the weights do");
    }
  }
}
