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
 * One or more trained networks that are distilled into another one (Hinton et al., 2015,
 * "Distilling the Knowledge in a Neural Network"). Part of each target is the mean of their
 * predictions for exactly the photo that the student gets, after cropping and mixing (Beyer et al.,
 * 2022, "A good teacher is patient and consistent"). A crop that shows little of the car thus has
 * no certain target. Their architectures may differ from each other's and from the student's.
 *
 * <p>Not thread-safe.
 */
final class Teacher implements AutoCloseable {

  private final Labels labels;
  private final float share;
  private final List<ServingProgram> programs = new ArrayList<>();

  /**
   * @param models at least one trained network
   * @param labels labels of the training photos
   * @param share weight of the mean prediction in the targets, from 0 to 1
   * @throws DataSetException if one of the models has other brands or models than the labels, or
   *     expects another normalization than that of a {@link Batch}
   */
  Teacher(List<LoadedModel> models, Labels labels, double share, Precision precision) {
    models.forEach(model -> check(model, labels));
    this.labels = labels;
    this.share = (float) share;
    try {
      for (LoadedModel model : models) {
        programs.add(
            ServingProgram.load(model.network(), labels.heads(), model.weights(), precision));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static void check(LoadedModel model, Labels labels) {
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
  }

  /** Blends the targets with the mean prediction; car or not does not change. */
  Batch teach(Batch batch) {
    Heads heads = labels.heads();
    double[][] brands = new double[batch.count()][heads.brands()];
    double[][] models = new double[batch.count()][heads.models()];
    List<float[]> photos = photos(batch);
    for (ServingProgram program : programs) {
      List<ServingProgram.Output> outputs = program.run(photos, batch.size(), PyTorch.ALL_CORES);
      for (int i = 0; i < batch.count(); i++) {
        Scores scores = Scores.of(outputs.get(i).logits(), labels);
        accumulate(brands[i], scores.brands());
        accumulate(models[i], scores.models());
      }
    }
    float[] targets = batch.targets().clone();
    for (int i = 0; i < batch.count(); i++) {
      int at = i * heads.logits();
      blend(targets, at, brands[i]);
      blend(targets, at + heads.brands(), models[i]);
    }
    return new Batch(batch.count(), batch.size(), batch.photos(), targets);
  }

  /** Adds one network's part of the mean. */
  private void accumulate(double[] mean, double[] predicted) {
    for (int i = 0; i < mean.length; i++) {
      mean[i] += predicted[i] / programs.size();
    }
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
    programs.forEach(ServingProgram::close);
  }
}
