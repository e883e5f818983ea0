package dev.marque.vision;

import dev.marque.vision.network.ActivationRanges;
import dev.marque.vision.network.Heads;
import dev.marque.vision.network.InvalidModelException;
import dev.marque.vision.network.NetworkDescription;
import dev.marque.vision.network.Precision;
import dev.marque.vision.network.Safetensors;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.network.ShapeInference;
import dev.marque.vision.network.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A model's three files, read and validated against each other. */
public record LoadedModel(
    ModelDescription description, NetworkDescription network, Weights weights) {

  private static final String NETWORK = "network.json";
  private static final String WEIGHTS = "weights.safetensors";

  /**
   * Reads {@code model.json}, {@code network.json} and {@code weights.safetensors}.
   *
   * @throws dev.marque.vision.network.InvalidModelException if a file is missing or does not match
   *     the others; the message says which
   */
  public static LoadedModel read(Path folder) {
    ModelDescription description = ModelDescription.read(folder);
    NetworkDescription network = NetworkDescription.read(folder.resolve(NETWORK));
    Weights weights = new Weights(Safetensors.read(folder.resolve(WEIGHTS)).tensors());
    weights.check(ShapeInference.tensors(network, description.labels().heads()));
    ActivationRanges ranges = description.activations();
    if (ranges != null) {
      ranges.check(network);
    }
    return new LoadedModel(description, network, weights);
  }

  /**
   * Loads the serving program of this model.
   *
   * @throws dev.marque.vision.network.InvalidModelException if the precision is {@link
   *     Precision#INT8}, and the model has no ranges for it or PyTorch no integer convolutions
   */
  public ServingProgram program(Precision precision) {
    Heads heads = description.labels().heads();
    if (precision != Precision.INT8) {
      return ServingProgram.load(network, heads, weights, precision);
    }
    ActivationRanges ranges = description.activations();
    if (ranges == null) {
      throw new InvalidModelException(
          "%s has no activation ranges for int8; measure them with calibrate"
              .formatted(description.name()));
    }
    return ServingProgram.loadQuantized(
        network, heads, weights, description.normalization(), ranges, description.input());
  }

  /** Returns a copy with another description. */
  public LoadedModel with(ModelDescription changed) {
    return new LoadedModel(changed, network, weights);
  }

  /** Writes the three files, each {@linkplain AtomicFile atomically}. */
  public void write(Path folder) throws IOException {
    new Safetensors(weights.tensors(), Map.of("model", description.name()))
        .write(folder.resolve(WEIGHTS), Safetensors.Format.F16);
    AtomicFile.write(folder.resolve(NETWORK), network.toJson() + "\n");
    description.write(folder);
  }
}
