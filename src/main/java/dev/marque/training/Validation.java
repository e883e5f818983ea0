package dev.marque.training;

import dev.marque.vision.Labels;
import dev.marque.vision.Scores;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.Box;
import dev.marque.vision.photo.Normalization;
import dev.marque.vision.photo.Resampling;
import dev.marque.vision.photo.Size;
import java.util.ArrayList;
import java.util.List;

/** Runs whole photos through the serving program, one pass each: how a run comes along. */
final class Validation {

  private static final int BATCH = 16;

  private Validation() {}

  /** The scores of each photo, in order. */
  static List<Scores> scores(
      ServingProgram program,
      List<Example> examples,
      Labels labels,
      Size size,
      Normalization normalization) {
    List<Scores> scores = new ArrayList<>(examples.size());
    for (int from = 0; from < examples.size(); from += BATCH) {
      List<Example> batch = examples.subList(from, Math.min(examples.size(), from + BATCH));
      float[] photos = new float[batch.size() * size.values()];
      float[] photo = new float[size.values()];
      for (int i = 0; i < batch.size(); i++) {
        Resampling.scale(
            batch.get(i).photo(),
            Box.all(batch.get(i).photo()),
            false,
            size.width(),
            size.height(),
            photo);
        normalization.apply(photo, 0, photo.length);
        System.arraycopy(photo, 0, photos, i * photo.length, photo.length);
      }
      for (ServingProgram.Output output : program.run(photos, batch.size(), size)) {
        scores.add(Scores.of(output.logits(), labels));
      }
    }
    return scores;
  }

  /** The share of photos whose most likely brand is right. */
  static double accuracy(List<Scores> scores, List<Example> examples) {
    int right = 0;
    for (int i = 0; i < examples.size(); i++) {
      right += scores.get(i).top() == examples.get(i).brand() ? 1 : 0;
    }
    return (double) right / examples.size();
  }
}
