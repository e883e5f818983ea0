package dev.marque.training;

import dev.marque.training.TrainingProgram.State;
import dev.marque.vision.network.InvalidModelException;
import dev.marque.vision.network.Safetensors;
import dev.marque.vision.network.Tensor;
import dev.marque.vision.network.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything needed to resume an interrupted run, in one file that is replaced atomically.
 *
 * @param epoch number of completed epochs
 * @param data fingerprint of the training data
 * @param order {@linkplain TrainingOptions#order() options} that determine the order of the photos;
 *     {@code null} in older checkpoints
 */
record Checkpoint(int epoch, String data, @Nullable String order, State state) {

  /** Name of the file in a run's folder. */
  static final String FILE = "checkpoint.safetensors";

  /** Reads the last checkpoint in a run's folder, if there is one. */
  static Optional<Checkpoint> read(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Safetensors content = Safetensors.read(file);
    Map<String, String> metadata = content.metadata();
    if (!metadata.keySet().containsAll(List.of("epoch", "data", "steps"))) {
      throw new InvalidModelException(file + " is not a checkpoint of this program");
    }
    State state =
        new State(
            part(content, "weights"),
            part(content, "average"),
            part(content, "mean"),
            part(content, "square"),
            Integer.parseInt(metadata.getOrDefault("steps", "0")));
    return Optional.of(
        new Checkpoint(
            Integer.parseInt(metadata.getOrDefault("epoch", "0")),
            metadata.getOrDefault("data", ""),
            metadata.get("order"),
            state));
  }

  void write(Path folder) throws IOException {
    List<Tensor> tensors = new ArrayList<>();
    add(tensors, "weights", state.weights());
    add(tensors, "average", state.average());
    add(tensors, "mean", state.mean());
    add(tensors, "square", state.square());
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("epoch", Integer.toString(epoch));
    metadata.put("steps", Integer.toString(state.steps()));
    metadata.put("data", data);
    if (order != null) {
      metadata.put("order", order);
    }
    new Safetensors(tensors, metadata).write(folder.resolve(FILE), Safetensors.Format.F32);
  }

  private static Weights part(Safetensors content, String name) {
    String prefix = name + "/";
    return new Weights(
        content.tensors().stream()
            .filter(tensor -> tensor.name().startsWith(prefix))
            .map(
                tensor ->
                    new Tensor(
                        tensor.name().substring(prefix.length()), tensor.shape(), tensor.values()))
            .toList());
  }

  private static void add(List<Tensor> tensors, String name, Weights part) {
    for (Tensor tensor : part.tensors()) {
      tensors.add(new Tensor(name + "/" + tensor.name(), tensor.shape(), tensor.values()));
    }
  }
}
