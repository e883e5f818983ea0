package dev.marque.training;

import dev.marque.vision.Labels;
import dev.marque.vision.LoadedModel;
import dev.marque.vision.Scores;
import dev.marque.vision.network.Heads;
import dev.marque.vision.network.Precision;
import dev.marque.vision.network.PyTorch;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.Normalization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A trained network that is distilled into another one (Hinton et al., 2015, "Distilling the
 * Knowledge in a Neural Network"). Part of each target is the teacher's prediction for exactly the
 * photo that the student gets, after cropping and mixing (Beyer et al., 2022, "A good teacher is
 * patient and consistent"). A crop that shows little of the car thus has no certain target.
 *
 * <p>Not thread-safe.
 */
final class Teacher implements AutoCloseable {

  private final Labels labels;
  private final float share;
  private final ServingProgram program;

  /**
   * @param labels labels of the training photos
   * @param share weight of the teacher's predictions in the targets, from 0 to 1
   * @throws DataSetException if the teacher has other brands or models than the labels, or expects
   *     another normalization than that of a {@link Batch}
   */
  Teacher(LoadedModel model, Labels labels, double share, Precision precision) {
    if (!model.description().labels().equals(labels)) {
      throw new DataSetException(
          "the teacher %s has other brands or models than these photos"
              .formatted(model.description().name()));
    }
    if (!model.description().normalization().equals(Normalization.IMAGENET)) {
      throw new DataSetException(
          "the teacher %s expects another normalization than training uses"
              .formatted(model.description().name()));
    }
    this.labels = labels;
    this.share = (float) share;
    this.program = ServingProgram.load(model.network(), labels.heads(), model.weights(), precision);
  }

  /** Returns the batch with targets blended with the teacher's; car or not does not change. */
  Batch teach(Batch batch) {
    Heads heads = labels.heads();
    float[] targets = batch.targets().clone();
    List<ServingProgram.Output> outputs =
        program.run(photos(batch), batch.size(), PyTorch.ALL_CORES);
    for (int i = 0; i < batch.count(); i++) {
      Scores scores = Scores.of(outputs.get(i).logits(), labels);
      int at = i * heads.logits();
      blend(targets, at, scores.brands());
      blend(targets, at + heads.brands(), scores.models());
    }
    return new Batch(batch.count(), batch.size(), batch.photos(), targets);
  }

  /** Preserves the sum of the target, which is 0 for the models if there is no car. */
  private void blend(float[] targets, int at, double[] predicted) {
    float sum = 0;
    for (int i = 0; i < predicted.length; i++) {
      sum += targets[at + i];
    }
    for (int i = 0; i < predicted.length; i++) {
      targets[at + i] = (1 - share) * targets[at + i] + share * sum * (float) predicted[i];
    }
  }

  private static List<float[]> photos(Batch batch) {
    int values = batch.size().values();
    List<float[]> photos = new ArrayList<>(batch.count());
    for (int i = 0; i < batch.count(); i++) {
      photos.add(Arrays.copyOfRange(batch.photos(), i * values, (i + 1) * values));
    }
    return photos;
  }

  @Override
  public void close() {
    program.close();
  }
}
