package dev.marque.training;

import dev.marque.vision.Calibration;
import dev.marque.vision.LoadedModel;
import dev.marque.vision.ModelDescription;
import dev.marque.vision.network.ActivationRanges;
import dev.marque.vision.network.NetworkDescription;
import dev.marque.vision.network.Precision;
import dev.marque.vision.network.Weights;
import dev.marque.vision.photo.NetworkInput;
import dev.marque.vision.photo.Normalization;
import dev.marque.vision.photo.Size;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Creates a calibrated model from trained weights. */
final class ModelMaker {

  /** Number of photos to measure activations on, which is enough for their largest values. */
  private static final int RANGE_PHOTOS = 256;

  private ModelMaker() {}

  static LoadedModel make(
      String name,
      NetworkDescription network,
      Weights weights,
      DataSet data,
      Size input,
      Consumer<List<String>> unreadable) {
    ModelDescription description =
        new ModelDescription(
            name,
            input,
            Normalization.IMAGENET,
            data.labels(),
            Calibration.NONE,
            data.fingerprint(),
            null,
            null);
    // Calibrated with the values that will be read from the file when serving.
    Weights stored = weights.inHalfPrecision();
    return calibrated(new LoadedModel(description, network, stored), data, unreadable);
  }

  /**
   * Recalibrates a model, measures its activation ranges, and removes its metrics.
   *
   * @return a model with {@link Calibration#NONE} and without ranges if there are no readable
   *     validation photos
   */
  static LoadedModel calibrated(
      LoadedModel model, DataSet data, Consumer<List<String>> unreadable) {
    try (Judge judge = new Judge(model, Precision.FLOAT32, unreadable)) {
      List<Example> validation = judge.read(data.validation());
      if (validation.isEmpty()) {
        return model.with(model.description().with(Calibration.NONE, null));
      }
      List<Example> notACar = judge.read(data.notACar());
      Calibration calibration =
          CalibrationFit.fit(judge.judgeExamples(validation), judge.judgeExamples(notACar));
      List<Example> all = Stream.concat(validation.stream(), notACar.stream()).toList();
      return model.with(model.description().with(calibration, ranges(model, all)));
    }
  }

  private static ActivationRanges ranges(LoadedModel model, List<Example> photos) {
    ModelDescription description = model.description();
    NetworkInput input = new NetworkInput(description.input(), description.normalization());
    int count = Math.min(photos.size(), RANGE_PHOTOS);
    Stream<float[]> inputs =
        IntStream.range(0, count)
            .mapToObj(i -> input.of(photos.get(i * photos.size() / count).photo()));
    return ActivationRanges.of(
        model.network(),
        description.labels().heads(),
        model.weights(),
        inputs,
        description.input());
  }
}
