package dev.marque.training;

import dev.marque.vision.Labels;
import dev.marque.vision.Scores;
import dev.marque.vision.network.PyTorch;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.NetworkInput;
import dev.marque.vision.photo.Normalization;
import dev.marque.vision.photo.Size;
import java.util.ArrayList;
import java.util.List;

/** Measures the accuracy during training, with one forward pass per photo. */
final class Validation {

  private static final int BATCH = 16;

  private Validation() {}

  /** Returns the scores of each photo, in order. */
  static List<Scores> scores(
      ServingProgram program,
      List<Example> examples,
      Labels labels,
      Size size,
      Normalization normalization) {
    NetworkInput input = new NetworkInput(size, normalization);
    List<Scores> scores = new ArrayList<>(examples.size());
    for (int from = 0; from < examples.size(); from += BATCH) {
      List<Example> batch = examples.subList(from, Math.min(examples.size(), from + BATCH));
      List<float[]> photos = batch.stream().map(example -> input.of(example.photo())).toList();
      for (ServingProgram.Output output : program.run(photos, size, PyTorch.ALL_CORES)) {
        scores.add(Scores.of(output.logits(), labels));
      }
    }
    return scores;
  }

  /** Returns the share of photos whose most likely brand is correct. */
  static double accuracy(List<Scores> scores, List<Example> examples) {
    int right = 0;
    for (int i = 0; i < examples.size(); i++) {
      right += scores.get(i).top() == examples.get(i).brand() ? 1 : 0;
    }
    return (double) right / examples.size();
  }
}
