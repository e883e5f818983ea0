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
            Normalization.USUAL,
            data.labels(),
            Calibration.NONE,
            data.fingerprint(),
            null);
    LoadedModel uncalibrated = new LoadedModel(description, network, weights);
    try (Judge judge = new Judge(uncalibrated, unreadable)) {
      List<Judged> known = judge.judge(data.validation());
      Calibration calibration =
          known.isEmpty()
              ? Calibration.NONE
              : CalibrationFit.fit(known, judge.judge(data.notACar()));
      return new LoadedModel(description.with(calibration, null), network, weights);
    }
  }
}
