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

/** {@code marque calibrate}: recalibrates a model on photos without changing its weights. */
@Command(
    name = "calibrate",
    description = {
      "Refits a model's temperature, thresholds and accuracy curve to the validation photos, and"
          + " measures the ranges that integer arithmetic needs.",
      "",
      "The weights do not change, so this takes minutes, while training takes hours. Use it to"
          + " serve a model at another input size, or to adapt it to photos like those of your"
          + " users. Only model.json is written, atomically, and the model card of the previous"
          + " calibration is deleted (evaluation.json, its charts, README.md). Then evaluate the"
          + " model with evaluate.",
    })
public final class CalibrateCommand implements Callable<Integer> {

  @Mixin private final PhotosAndModel options;

  @Option(
      names = "--name",
      required = true,
      description =
          "New name and version of the model. Predictions are stored with it, so do not reuse the"
              + " old one.")
  private String name = "";

  @Option(
      names = "--serve-at",
      paramLabel = "HxW",
      converter = TrainCommand.SizeConverter.class,
      description = "New input size (default: unchanged).")
  private @Nullable Size serveAt;

  /**
   * Creates the command.
   *
   * @param defaultModel folder of the model to calibrate if the option {@code --model} is absent
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
            options::reportSkipped);
    if (calibrated.description().calibration().equals(Calibration.NONE)) {
      throw new DataSetException("%s has no readable validation photos".formatted(options.data()));
    }
    ModelCard.delete(folder);
    calibrated.description().write(folder);
    PrintWriter out = options.out();
    out.printf(
        "Written to %s; evaluate it with: evaluate --data %s --model %s%n",
        folder, options.data(), folder);
    out.flush();
    return 0;
  }
}
