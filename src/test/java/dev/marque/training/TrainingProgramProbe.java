package dev.marque.training;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import dev.marque.vision.network.Heads;
import dev.marque.vision.network.NetworkDescription;
import dev.marque.vision.network.Precision;
import dev.marque.vision.network.TorchScriptProgram;
import dev.marque.vision.network.Weights;
import dev.marque.vision.photo.NetworkInput;
import dev.marque.vision.photo.Normalization;
import dev.marque.vision.photo.Size;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Runs the training program in evaluation mode: with running statistics, without dropout. */
final class TrainingProgramProbe {

  private TrainingProgramProbe() {}

  static List<float[]> inputs(List<Example> examples, Size size) {
    NetworkInput input = new NetworkInput(size, Normalization.IMAGENET);
    return examples.stream().map(example -> input.of(example.photo())).toList();
  }

  static float[][] logits(
      NetworkDescription network, Heads heads, Weights weights, List<float[]> inputs, Size size)
      throws Exception {
    Path folder = Files.createTempDirectory("marque-probe");
    Path file = folder.resolve("probe.pt");
    TorchScriptProgram.training(network, heads, weights, Precision.FLOAT32, file);
    try (Model model = Model.newInstance("probe", "PyTorch")) {
      model.load(folder, "probe");
      try (NDManager scope = model.getNDManager().newSubManager()) {
        int count = inputs.size();
        FloatBuffer values = FloatBuffer.allocate(count * size.values());
        inputs.forEach(values::put);
        NDArray photos =
            scope
                .create(values.array(), new Shape(count, size.height(), size.width(), 3))
                .transpose(0, 3, 1, 2);
        ParameterStore store = new ParameterStore(scope, false);
        // DJL assumes training mode at first, so that only the second pass is in evaluation mode.
        model.getBlock().forward(store, new NDList(photos), false);
        float[] all =
            model.getBlock().forward(store, new NDList(photos), false).head().toFloatArray();
        float[][] logits = new float[count][];
        for (int i = 0; i < count; i++) {
          logits[i] = Arrays.copyOfRange(all, i * heads.logits(), (i + 1) * heads.logits());
        }
        return logits;
      }
    } finally {
      Files.delete(file);
      Files.delete(folder);
    }
  }
}
