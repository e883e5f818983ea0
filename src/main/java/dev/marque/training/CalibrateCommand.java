package dev.marque.training;

import dev.marque.vision.Calibration;
import dev.marque.vision.LoadedModel;
import dev.marque.vision.ModelDescription;
import dev.marque.vision.photo.Size;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Labelled photos, as train takes them.")
  private Path data = Path.of("");

  @Option(
      names = "--name",
      required = true,
      description =
          "Name and version of the model from now on. Predictions are stored with it, so it should"
              + " be a new one.")
  private String name = "";

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "The model's folder (default: the setting marque.model-dir).")
  private @Nullable Path model;

  @Option(
      names = "--serve-at",
      paramLabel = "HxW",
      converter = TrainCommand.SizeConverter.class,
      description = "Input size from now on (default: as it is).")
  private @Nullable Size serveAt;

  @Spec private @Nullable CommandSpec spec;

  private final Supplier<Path> defaultModel;

  /**
   * Makes the command.
   *
   * @param defaultModel the folder of the model that is calibrated where no other is named
   */
  public CalibrateCommand(Supplier<Path> defaultModel) {
    this.defaultModel = defaultModel;
  }

  @Override
  public Integer call() throws IOException {
    DataSet photos = DataSet.open(data);
    Path folder = model == null ? defaultModel.get() : model;
    LoadedModel loaded = LoadedModel.read(folder);
    photos.checkKnownTo(loaded.description());
    ModelDescription before = loaded.description();
    ModelDescription renamed = before.with(name, serveAt == null ? before.input() : serveAt);
    LoadedModel calibrated =
        ModelMaker.calibrated(
            new LoadedModel(renamed, loaded.network(), loaded.weights()),
            photos,
            lines -> lines.forEach(line -> System.err.println("left out " + line)));
    if (calibrated.description().calibration().equals(Calibration.NONE)) {
      throw new DataSetException(
          "%s has no photos to validate on that can be read".formatted(data));
    }
    ModelCard.delete(folder);
    calibrated.description().write(folder);
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.printf(
        "Written to %s; judge it with: evaluate --data %s --model %s%n", folder, data, folder);
    out.flush();
    return 0;
  }
}
