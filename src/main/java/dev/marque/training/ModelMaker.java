package dev.marque.training;

import dev.marque.vision.Calibration;
import dev.marque.vision.LoadedModel;
import dev.marque.vision.ModelDescription;
import dev.marque.vision.network.NetworkDescription;
import dev.marque.vision.network.Weights;
import dev.marque.vision.photo.Normalization;
import dev.marque.vision.photo.Size;
import java.util.List;
import java.util.function.Consumer;

/** Creates a calibrated model from trained weights. */
final class ModelMaker {

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
            null);
    // Calibrated with the values that will be read from the file when serving.
    Weights stored = weights.inHalfPrecision();
    return calibrated(new LoadedModel(description, network, stored), data, unreadable);
  }

  /**
   * Recalibrates a model and removes its metrics.
   *
   * @return a model with {@link Calibration#NONE} if there are no readable validation photos
   */
  static LoadedModel calibrated(
      LoadedModel model, DataSet data, Consumer<List<String>> unreadable) {
    try (Judge judge = new Judge(model, unreadable)) {
      List<Judged> known = judge.judge(data.validation());
      Calibration calibration =
          known.isEmpty()
              ? Calibration.NONE
              : CalibrationFit.fit(known, judge.judge(data.notACar()));
      return new LoadedModel(
          model.description().with(calibration, null), model.network(), model.weights());
    }
  }
}
