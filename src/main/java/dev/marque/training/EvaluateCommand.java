package dev.marque.training;

import dev.marque.vision.LoadedModel;
import dev.marque.vision.network.Precision;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code marque evaluate}: measures a model. */
@Command(
    name = "evaluate",
    description = {
      "Measures a model on the validation photos, which its weights were not fitted to.",
      "",
      "Prints the figures and writes evaluation.json, confusion.png, reliability.png and the model"
          + " card README.md into the model's folder. The card starts with the text of card.md in"
          + " that folder, if there is one. The same photos and weights always give the same"
          + " figures.",
    })
public final class EvaluateCommand implements Callable<Integer> {

  @Mixin private final PhotosAndModel options;

  @Option(
      names = "--against",
      paramLabel = "DIR",
      description =
          "Compare with the model in this folder, photo by photo, and exit with 1 if this model"
              + " is significantly worse than that one. Writes nothing.")
  private @Nullable Path against;

  @Option(
      names = "--precision",
      defaultValue = "float32",
      description =
          "float32, bfloat16 or int8 (default: ${DEFAULT-VALUE}). The model card is written for"
              + " float32 only.")
  private Precision precision = Precision.FLOAT32;

  @Option(names = "--no-write", description = "Only print the figures.")
  private boolean printOnly;

  /**
   * Creates the command.
   *
   * @param defaultModel folder of the model to measure if the option {@code --model} is absent
   */
  public EvaluateCommand(Supplier<Path> defaultModel) {
    options = new PhotosAndModel(defaultModel);
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = options.out();
    DataSet photos = options.photos();
    Path folder = options.folder();
    LoadedModel loaded = options.load();
    Evaluator.Measured measured = measure(loaded, photos);
    print(out, measured.evaluation());
    Comparison.staleCalibration(measured.answers())
        .forEach(
            line ->
                out.println(
                    "note: " + line + " for one fitted to these photos; refit it with calibrate"));
    if (against != null) {
      Evaluator.Measured other = measure(LoadedModel.read(against), photos);
      List<String> worse = Comparison.worse(measured.answers(), other.answers());
      worse.forEach(line -> out.println("worse: " + line));
      if (worse.isEmpty()) {
        out.println("not worse than " + other.evaluation().model() + " by more than chance");
      }
      out.flush();
      return worse.isEmpty() ? 0 : 1;
    }
    if (!printOnly && precision == Precision.FLOAT32) {
      new ModelCard(measured.evaluation(), loaded).write(folder);
      out.println("Written to " + folder);
    }
    out.flush();
    return 0;
  }

  private Evaluator.Measured measure(LoadedModel model, DataSet photos) {
    return Evaluator.measure(model, precision, photos, options::reportSkipped);
  }

  private static void print(PrintWriter out, Evaluation e) {
    line(out, "model              %s", e.model());
    line(out, "photos             %d", e.photos());
    line(
        out,
        "top-1              %.2f%%   (95%%: %.2f to %.2f)",
        100 * e.top1(),
        100 * e.top1Interval()[0],
        100 * e.top1Interval()[1]);
    line(out, "first look         %.2f%%", 100 * e.top1OneLook());
    line(out, "top-3              %.2f%%", 100 * e.top3());
    line(out, "top-5              %.2f%%", 100 * e.top5());
    line(out, "macro-F1           %.4f", e.macroF1());
    line(out, "calibration error  %.2f%%", 100 * e.calibrationError());
    line(
        out,
        "confident          %.2f%% of answers, %s of them correct",
        100 * e.confidentShare(),
        ModelCard.percent(e.confidentRight()));
    Evaluation.InService inService = e.calibrationInService();
    if (inService != null) {
      line(
          out,
          "in service         calibration error %.2f%%, %.2f%% confident, %s of them correct",
          100 * inService.error(),
          100 * inService.confidentShare(),
          ModelCard.percent(inService.confidentRight()));
    }
    line(out, "other makes        AUROC %s", ModelCard.number(e.otherMakesAuroc()));
    line(out, "not a car          AUROC %s", ModelCard.number(e.notACarAuroc()));
    line(
        out,
        "body type          coverage %s, accuracy %s",
        ModelCard.percent(e.bodyType().told()),
        ModelCard.percent(e.bodyType().right()));
    line(
        out,
        "decade             coverage %s, accuracy %s",
        ModelCard.percent(e.decade().told()),
        ModelCard.percent(e.decade().right()));
    line(
        out,
        "distorted          %d of the photos, evenly spaced",
        Objects.requireNonNull(e.robustness().get(Evaluation.AS_IT_IS)).photos());
    e.robustness()
        .forEach(
            (code, one) ->
                line(
                    out,
                    "top-1 distorted    %-20s %.2f%%   (first look %.2f%%, classified as not a"
                        + " car %.2f%%, with advice %.2f%%)",
                    code,
                    100 * one.top1(),
                    100 * one.top1OneLook(),
                    100 * one.noCar(),
                    100 * one.advised()));
    e.verdicts().forEach((kind, counts) -> line(out, "verdicts           %-12s %s", kind, counts));
  }

  private static void line(PrintWriter out, String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
