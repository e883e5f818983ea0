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
 * A trained network that another one learns from (Hinton et al., 2015, "Distilling the Knowledge in
 * a Neural Network"): a part of each target becomes what the teacher says of the very photo that
 * the student is shown, cropped and mixed as it is (Beyer et al., 2022, "A good teacher is patient
 * and consistent"). A crop of which little is left is then no longer called by its brand for sure.
 *
 * <p>Used by one thread at a time.
 */
final class Teacher implements AutoCloseable {

  private final Labels labels;
  private final float share;
  private final ServingProgram program;

  /**
   * @param labels of the photos to learn from
   * @param share of the targets that is the teacher's, from 0 to 1
   * @throws DataSetException if the teacher tells other brands or models than the labels, or does
   *     not take photos as a {@link Batch} has them
   */
  Teacher(LoadedModel model, Labels labels, double share, Precision precision) {
    if (!model.description().labels().equals(labels)) {
      throw new DataSetException(
          "the teacher %s tells other brands or models than these photos show"
              .formatted(model.description().name()));
    }
    if (!model.description().normalization().equals(Normalization.IMAGENET)) {
      throw new DataSetException(
          "the teacher %s takes photos in another range of values than training makes"
              .formatted(model.description().name()));
    }
    this.labels = labels;
    this.share = (float) share;
    this.program = ServingProgram.load(model.network(), labels.heads(), model.weights(), precision);
  }

  /** The batch with its targets moved towards what the teacher says; car or not stays as it is. */
  Batch teach(Batch batch) {
    Heads heads = labels.heads();
    float[] targets = batch.targets().clone();
    List<ServingProgram.Output> answers =
        program.run(photos(batch), batch.size(), PyTorch.ALL_CORES);
    for (int i = 0; i < batch.count(); i++) {
      Scores scores = Scores.of(answers.get(i).logits(), labels);
      int at = i * heads.logits();
      blend(targets, at, scores.brands());
      blend(targets, at + heads.brands(), scores.models());
    }
    return new Batch(batch.count(), batch.size(), batch.photos(), targets);
  }

  /** Keeps the sum of the target: where there is no car, no model is asked for. */
  private void blend(float[] targets, int at, double[] told) {
    float sum = 0;
    for (int i = 0; i < told.length; i++) {
      sum += targets[at + i];
    }
    for (int i = 0; i < told.length; i++) {
      targets[at + i] = (1 - share) * targets[at + i] + share * sum * (float) told[i];
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
