package dev.marque.training;

import dev.marque.vision.Calibration;
import dev.marque.vision.LoadedModel;
import dev.marque.vision.photo.Pixels;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code marque evaluate}: measures a model. */
@Command(
    name = "evaluate",
    description = {
      "Measures a model on the validation photos, which its weights were not fitted to.",
      "",
      "Prints the figures and writes evaluation.json, confusion.png, reliability.png and the model"
          + " card README.md into the model's folder. The same photos and weights always give the"
          + " same figures.",
    })
public final class EvaluateCommand implements Callable<Integer> {

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Labelled photos, as train takes them.")
  private Path data = Path.of("");

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = "The model's folder (default: the setting marque.model-dir).")
  private @Nullable Path model;

  @Option(
      names = "--against",
      paramLabel = "DIR",
      description =
          "Compare with the model in this folder, and exit with 1 where the first is worse by more"
              + " than chance. Writes nothing.")
  private @Nullable Path against;

  @Option(names = "--no-write", description = "Only print the figures.")
  private boolean printOnly;

  @Spec private @Nullable CommandSpec spec;

  private final Supplier<Path> defaultModel;

  /**
   * Makes the command.
   *
   * @param defaultModel the folder of the model that is measured where no other is named
   */
  public EvaluateCommand(Supplier<Path> defaultModel) {
    this.defaultModel = defaultModel;
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = java.util.Objects.requireNonNull(spec).commandLine().getOut();
    DataSet photos = DataSet.open(data);
    Path folder = model == null ? defaultModel.get() : model;
    LoadedModel loaded = LoadedModel.read(folder);
    Evaluation evaluation = evaluate(loaded, photos);
    print(out, evaluation);
    if (against != null) {
      Evaluation other = evaluate(LoadedModel.read(against), photos);
      List<String> worse = Comparison.worse(evaluation, other);
      worse.forEach(line -> out.println("worse: " + line));
      out.flush();
      return worse.isEmpty() ? 0 : 1;
    }
    if (!printOnly) {
      new ModelCard(evaluation, loaded).write(folder);
      out.println("Written to " + folder);
    }
    out.flush();
    return 0;
  }

  private static Evaluation evaluate(LoadedModel model, DataSet photos) {
    photos.checkKnownTo(model.description());
    try (Judge judge =
        new Judge(model, lines -> lines.forEach(line -> System.err.println("left out " + line)))) {
      List<Example> known = judge.read(photos.validation());
      if (known.size() < 2) {
        throw new DataSetException(
            "there are %d photos to validate on that can be read; judging a model takes two or more"
                .formatted(known.size()));
      }
      List<Example> notACar = judge.read(photos.notACar());
      Calibration calibration = model.description().calibration();
      List<Judged> asTheyAre = judge.judgeExamples(known);
      Map<String, Evaluation.Robustness> robustness = new LinkedHashMap<>();
      robustness.put(Evaluation.AS_IT_IS, Evaluation.Robustness.of(asTheyAre, calibration));
      robustness.putAll(distorted(judge, calibration, known, notACar));
      return Evaluation.of(
          model.description().name(),
          photos.fingerprint(),
          model.description().labels(),
          asTheyAre,
          judge.judge(photos.otherMakes()),
          judge.judgeExamples(notACar),
          robustness);
    }
  }

  private static Map<String, Evaluation.Robustness> distorted(
      Judge judge, Calibration calibration, List<Example> known, List<Example> notACar) {
    List<Pixels> scenes = notACar.stream().map(Example::photo).toList();
    Map<String, Evaluation.Robustness> robustness = new LinkedHashMap<>();
    for (Distortion distortion : Distortion.values()) {
      if (!distortion.needsScenes() || !scenes.isEmpty()) {
        List<Judged> judged =
            judge.judgeExamples(known, (photo, number) -> distortion.apply(photo, scenes, number));
        robustness.put(distortion.code(), Evaluation.Robustness.of(judged, calibration));
      }
    }
    return robustness;
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
    line(out, "one look           %.2f%%", 100 * e.top1OneLook());
    line(out, "top-3              %.2f%%", 100 * e.top3());
    line(out, "top-5              %.2f%%", 100 * e.top5());
    line(out, "macro-F1           %.4f", e.macroF1());
    line(out, "calibration error  %.2f%%", 100 * e.calibrationError());
    line(
        out,
        "confident          %.2f%% of answers, %.2f%% of them right",
        100 * e.confidentShare(),
        100 * e.confidentRight());
    line(out, "other makes        AUROC %s", ModelCard.number(e.otherMakesAuroc()));
    line(out, "not a car          AUROC %s", ModelCard.number(e.notACarAuroc()));
    line(
        out,
        "body type          told of %.2f%%, %.2f%% of them right",
        100 * e.bodyType().told(),
        100 * e.bodyType().right());
    line(
        out,
        "decade             told of %.2f%%, %.2f%% of them right",
        100 * e.decade().told(),
        100 * e.decade().right());
    e.robustness()
        .forEach(
            (code, one) ->
                line(
                    out,
                    "top-1 distorted    %-20s %.2f%%   (one look %.2f%%, taken for no car %.2f%%,"
                        + " advised %.2f%%)",
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
