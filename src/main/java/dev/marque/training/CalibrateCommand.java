package dev.marque.training;

import dev.marque.vision.Calibration;
import dev.marque.vision.LoadedModel;
import dev.marque.vision.ModelDescription;
import dev.marque.vision.photo.Size;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code marque calibrate}: fits what a model claims to photos anew; its weights stay. */
@Command(
    name = "calibrate",
    description = {
      "Fits a model's temperature, thresholds and accuracy curve to the validation photos anew.",
      "",
      "The weights stay as they are, so it takes minutes where training takes hours. Do so when the"
          + " model is to serve at another input size, or for photos like those of your users. Only"
          + " model.json is written, whole or not at all, and the card of the model before is"
          + " deleted (evaluation.json, its pictures, README.md); then judge the model with"
          + " evaluate.",
    })
public final class CalibrateCommand implements Callable<Integer> {

  @Mixin private final PhotosAndModel options;

  @Option(
      names = "--name",
      required = true,
      description =
          "Name and version of the model from now on. Predictions are stored with it, so it should"
              + " be a new one.")
  private String name = "";

  @Option(
      names = "--serve-at",
      paramLabel = "HxW",
      converter = TrainCommand.SizeConverter.class,
      description = "Input size from now on (default: as it is).")
  private @Nullable Size serveAt;

  /**
   * Makes the command.
   *
   * @param defaultModel the folder of the model that is calibrated where no other is named
   */
  public CalibrateCommand(Supplier<Path> defaultModel) {
    options = new PhotosAndModel(defaultModel);
  }

  @Override
  public Integer call() throws IOException {
    DataSet photos = options.photos();
    Path folder = options.folder();
    LoadedModel loaded = options.load();
    photos.checkKnownTo(loaded.description());
    ModelDescription before = loaded.description();
    ModelDescription renamed = before.with(name, serveAt == null ? before.input() : serveAt);
    LoadedModel calibrated =
        ModelMaker.calibrated(
            new LoadedModel(renamed, loaded.network(), loaded.weights()),
            photos,
            options::sayLeftOut);
    if (calibrated.description().calibration().equals(Calibration.NONE)) {
      throw new DataSetException(
          "%s has no photos to validate on that can be read".formatted(options.data()));
    }
    ModelCard.delete(folder);
    calibrated.description().write(folder);
    PrintWriter out = options.out();
    out.printf(
        "Written to %s; judge it with: evaluate --data %s --model %s%n",
        folder, options.data(), folder);
    out.flush();
    return 0;
  }
}
