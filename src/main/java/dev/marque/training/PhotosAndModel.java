package dev.marque.training;

import dev.marque.vision.LoadedModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of the commands that run a model on photos. */
final class PhotosAndModel {

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Labelled photos, as for train.")
  private Path data = Path.of("");

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "The model's folder (default: the setting marque.model-dir).")
  private @Nullable Path model;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  private final Supplier<Path> defaultModel;

  /**
   * @param defaultModel folder of the model if the option {@code --model} is absent
   */
  PhotosAndModel(Supplier<Path> defaultModel) {
    this.defaultModel = defaultModel;
  }

  Path data() {
    return data;
  }

  DataSet photos() {
    return DataSet.open(data);
  }

  Path folder() {
    return model == null ? defaultModel.get() : model;
  }

  LoadedModel load() {
    return LoadedModel.read(folder());
  }

  PrintWriter out() {
    return Objects.requireNonNull(spec).commandLine().getOut();
  }

  /** Reports unreadable photos on standard error. */
  void reportSkipped(List<String> unreadable) {
    PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
    unreadable.forEach(photo -> err.println("skipped " + photo));
    err.flush();
  }
}
