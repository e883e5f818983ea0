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

/** Makes a model of trained weights: calibrates it on the validation photos. */
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
    // Calibrated is what will be read from the file and serve.
    Weights stored = weights.inHalfPrecision();
    return calibrated(new LoadedModel(description, network, stored), data, unreadable);
  }

  /**
   * The same network, calibrated anew and not yet evaluated.
   *
   * @return a model that claims nothing where there are no photos to validate on
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
