package dev.marque.app;

import dev.marque.platform.SettingsFile;
import dev.marque.training.FloatingPointConverter;
import dev.marque.vision.LoadedModel;
import dev.marque.vision.network.Precision;
import dev.marque.vision.network.TorchScriptProgram;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code marque export}: exports the network for other programs. */
@Command(
    name = "export",
    description = {
      "Writes the network as a TorchScript program, in floating point: torch.jit.load(FILE) opens it"
          + " without Marque.",
      "",
      "Its input is float32 [count, 3, height, width], with the input size and normalisation in"
          + " the model's model.json. It returns the logits (brands, models, car or not) and the"
          + " class activation maps (brands, car or not).",
    })
public final class ExportCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FILE", description = "The file to write, for example marque.pt.")
  private Path file = Path.of("");

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "The model's folder (default: the setting marque.model-dir).")
  private @Nullable Path model;

  @Option(
      names = "--precision",
      converter = FloatingPointConverter.class,
      description = "float32 or bfloat16 (default: ${DEFAULT-VALUE}).",
      defaultValue = "float32")
  private Precision precision = Precision.FLOAT32;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    LoadedModel loaded = LoadedModel.read(model == null ? SettingsFile.load().modelDir() : model);
    TorchScriptProgram.serving(
        loaded.network(), loaded.description().labels().heads(), loaded.weights(), precision, file);
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%s at %s in %s written to %s%n",
        loaded.description().name(),
        loaded.description().input(),
        precision.name().toLowerCase(Locale.ROOT),
        file);
    out.flush();
    return 0;
  }
}
