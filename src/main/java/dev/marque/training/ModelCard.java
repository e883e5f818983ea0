package dev.marque.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.marque.vision.AtomicFile;
import dev.marque.vision.LoadedModel;
import dev.marque.vision.ModelDescription;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The model card (Mitchell et al., 2019): figures as JSON for programs, as pictures and as a page
 * of text. What only people know of a model stands in {@code card.md} beside it and goes first.
 */
final class ModelCard {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String FIGURES = "evaluation.json";
  private static final String CONFUSION = "confusion.png";
  private static final String RELIABILITY = "reliability.png";
  private static final String TEXT = "README.md";
  private static final String HEADING = "# Model card: ";

  private final Evaluation evaluation;
  private final LoadedModel model;

  ModelCard(Evaluation evaluation, LoadedModel model) {
    this.evaluation = evaluation;
    this.model = model;
  }

  /**
   * Writes evaluation.json, confusion.png, reliability.png and README.md, and notes the figures in
   * model.json; each file {@linkplain AtomicFile as a whole}.
   */
  void write(Path folder) throws IOException {
    String figures = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(evaluation);
    AtomicFile.write(folder.resolve(FIGURES), figures + "\n");
    AtomicFile.write(folder.resolve(CONFUSION), Charts.confusion(evaluation));
    AtomicFile.write(folder.resolve(RELIABILITY), Charts.reliability(evaluation));
    AtomicFile.write(folder.resolve(TEXT), text(folder));
    ModelDescription description = model.description();
    description.with(description.calibration(), summary()).write(folder);
  }

  /** Deletes the card in a folder whose model is made anew: it is not of the new one. */
  static void delete(Path folder) throws IOException {
    Path text = folder.resolve(TEXT);
    if (Files.isRegularFile(text) && isCard(text)) {
      Files.delete(text);
    }
    for (String file : List.of(FIGURES, CONFUSION, RELIABILITY)) {
      Files.deleteIfExists(folder.resolve(file));
    }
  }

  /** By its first bytes, since a text of somebody else's may be in any encoding. */
  private static boolean isCard(Path text) throws IOException {
    byte[] heading = HEADING.getBytes(StandardCharsets.US_ASCII);
    try (InputStream in = Files.newInputStream(text)) {
      return Arrays.equals(in.readNBytes(heading.length), heading);
    }
  }

  private ObjectNode summary() {
    return JSON.createObjectNode()
        .put("photos", evaluation.photos())
        .put("top1", evaluation.top1())
        .put("top3", evaluation.top3())
        .put("top5", evaluation.top5())
        .put("macro_f1", evaluation.macroF1())
        .put("calibration_error", evaluation.calibrationError())
        .put("confident_share", evaluation.confidentShare())
        .put("confident_right", evaluation.confidentRight());
  }

  private String text(Path folder) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add(HEADING + evaluation.model());
    lines.add("");
    Path words = folder.resolve("card.md");
    if (Files.exists(words)) {
      lines.add(Files.readString(words).strip());
      lines.add("");
    }
    lines.add("## Figures");
    lines.add("");
    lines.add(
        "Written by `evaluate` on %d validation photos; their fingerprint is `%s`. Shares in"
            .formatted(evaluation.photos(), evaluation.data()));
    lines.add("brackets are 95% confidence intervals (Wilson). What depends on the calibration is");
    lines.add("cross-fitted: each photo is judged by a calibration that has not seen it; but the");
    lines.add(
        "distorted photos, and the figures in service, are judged by the calibration that serves;");
    lines.add("where that was fitted to these very photos, it looks a little better than it is.");
    lines.add(
        "Photos of other makes and without a car are the ones that training takes too, so figures");
    lines.add("on them may flatter.");
    lines.add("");
    lines.add("| figure | value |");
    lines.add("|---|---|");
    row(lines, "values in the network", String.format(Locale.ROOT, "%,d", values()));
    row(lines, "input", model.description().input() + " (height x width)");
    row(
        lines,
        "top-1",
        percent(evaluation.top1())
            + " ["
            + percent(evaluation.top1Interval()[0])
            + ", "
            + percent(evaluation.top1Interval()[1])
            + "]");
    row(lines, "top-1 of one forward pass", percent(evaluation.top1OneLook()));
    row(lines, "top-3", percent(evaluation.top3()));
    row(lines, "top-5", percent(evaluation.top5()));
    row(lines, "macro-F1", String.format(Locale.ROOT, "%.4f", evaluation.macroF1()));
    row(lines, "expected calibration error", percent(evaluation.calibrationError()));
    row(lines, "answers called confident", percent(evaluation.confidentShare()));
    row(lines, "confident answers that are right", percent(evaluation.confidentRight()));
    Evaluation.InService inService = evaluation.calibrationInService();
    if (inService != null) {
      row(lines, "expected calibration error in service", percent(inService.error()));
      row(lines, "answers called confident in service", percent(inService.confidentShare()));
      row(
          lines,
          "confident answers in service that are right",
          percent(inService.confidentRight()));
    }
    row(lines, "AUROC of cars of other makes", number(evaluation.otherMakesAuroc()));
    row(lines, "AUROC of photos without a car", number(evaluation.notACarAuroc()));
    row(lines, "body type told, and right where told", trait(evaluation.bodyType()));
    row(lines, "decade told, and right where told", trait(evaluation.decade()));
    lines.add("");
    lines.add("The same photos distorted:");
    lines.add("");
    lines.add("| photo | top-1 | of one forward pass | taken for no car | with advice |");
    lines.add("|---|---:|---:|---:|---:|");
    robustness(lines, "as it is", evaluation.robustness().get(Evaluation.AS_IT_IS));
    for (Distortion distortion : Distortion.values()) {
      robustness(lines, distortion.words(), evaluation.robustness().get(distortion.code()));
    }
    lines.add("");
    lines.add("![Claimed and true accuracy](reliability.png)");
    lines.add("");
    lines.add("| brand | photos | precision | recall | F1 |");
    lines.add("|---|---:|---:|---:|---:|");
    for (Evaluation.Brand brand : evaluation.brands()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "| %s | %d | %s | %s | %s |",
              brand.brand(),
              brand.photos(),
              measured(brand.precision(), "%.1f%%", 100),
              measured(brand.recall(), "%.1f%%", 100),
              measured(brand.f1(), "%.3f", 1)));
    }
    lines.add("");
    lines.add("![Photos by brand and answer](confusion.png)");
    return String.join("\n", lines) + "\n";
  }

  private long values() {
    return model.weights().tensors().stream()
        .filter(tensor -> !tensor.name().endsWith(".mean") && !tensor.name().endsWith(".variance"))
        .mapToLong(tensor -> tensor.values().length)
        .sum();
  }

  private static void row(List<String> lines, String figure, String value) {
    lines.add("| " + figure + " | " + value + " |");
  }

  private static void robustness(
      List<String> lines, String photo, Evaluation.@Nullable Robustness one) {
    if (one != null) {
      lines.add(
          "| %s | %s | %s | %s | %s |"
              .formatted(
                  photo,
                  percent(one.top1()),
                  percent(one.top1OneLook()),
                  percent(one.noCar()),
                  percent(one.advised())));
    }
  }

  private static String trait(Evaluation.Trait trait) {
    return percent(trait.told()) + ", " + percent(trait.right());
  }

  static String percent(@Nullable Double share) {
    return measured(share, "%.2f%%", 100);
  }

  private static String measured(@Nullable Double value, String format, int times) {
    return value == null ? "–" : String.format(Locale.ROOT, format, times * value);
  }

  static String number(@Nullable Double value) {
    return value == null ? "not measured" : String.format(Locale.ROOT, "%.4f", value);
  }
}
