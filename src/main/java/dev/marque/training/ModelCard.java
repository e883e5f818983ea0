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
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The model card (Mitchell et al., 2019): the figures as JSON, as charts and as a Markdown page.
 * The page starts with the hand-written {@code card.md} of the model's folder, if there is one.
 */
final class ModelCard {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String FIGURES = "evaluation.json";
  private static final String CONFUSION = "confusion.png";
  private static final String RELIABILITY = "reliability.png";
  private static final String TEXT = "README.md";
  private static final String WORDS = "card.md";
  private static final String HEADING = "# Model card: ";

  private final Evaluation evaluation;
  private final LoadedModel model;

  ModelCard(Evaluation evaluation, LoadedModel model) {
    this.evaluation = evaluation;
    this.model = model;
  }

  /**
   * Writes evaluation.json, confusion.png, reliability.png and README.md, and stores a summary in
   * model.json. Each file is replaced {@linkplain AtomicFile atomically}.
   */
  void write(Path folder) throws IOException {
    String figures = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(evaluation);
    AtomicFile.write(folder.resolve(FIGURES), figures + "\n");
    AtomicFile.write(folder.resolve(CONFUSION), Charts.confusion(evaluation));
    AtomicFile.write(folder.resolve(RELIABILITY), Charts.reliability(evaluation));
    AtomicFile.write(folder.resolve(TEXT), text(folder));
    ModelDescription description = model.description();
    description.with(summary()).write(folder);
  }

  /** Deletes the card in a folder whose model is replaced: it describes the old one. */
  static void delete(Path folder) throws IOException {
    Path text = folder.resolve(TEXT);
    if (Files.isRegularFile(text) && isCard(text)) {
      Files.delete(text);
    }
    for (String file : List.of(FIGURES, CONFUSION, RELIABILITY)) {
      Files.deleteIfExists(folder.resolve(file));
    }
  }

  /**
   * Renames the hand-written part of the card in a folder whose model is replaced by another one.
   *
   * @return its new path, or empty if the folder has no model or no such part
   */
  static Optional<Path> keepOldWords(Path folder) throws IOException {
    Path words = folder.resolve(WORDS);
    if (!Files.exists(words) || !Files.exists(folder.resolve(ModelDescription.FILE))) {
      return Optional.empty();
    }
    Path old = folder.resolve(WORDS + ".old");
    for (int i = 2; Files.exists(old); i++) {
      old = folder.resolve(WORDS + ".old" + i);
    }
    return Optional.of(Files.move(words, old));
  }

  /** Returns whether an image is part of a model card. */
  static boolean isChart(Path image) {
    return List.of(CONFUSION, RELIABILITY).contains(image.getFileName().toString());
  }

  /** Compares bytes, because a README.md that is not a card may be in any encoding. */
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
    Path words = folder.resolve(WORDS);
    if (Files.exists(words)) {
      lines.add(Files.readString(words).strip());
      lines.add("");
    }
    lines.add("## Figures");
    lines.add("");
    lines.add(
        """
        Written by `evaluate` from %d validation photos (fingerprint `%s`). Ranges in
        brackets are 95%% confidence intervals (Wilson). Figures that depend on the calibration
        are cross-fitted: each photo is judged by a calibration fitted without it. The figures
        in service and those of the distorted photos use the model's own calibration; if that was
        fitted to these photos, they look slightly better than they are. Photos of other makes
        and photos without a car are also used for training, so figures on them may be
        optimistic.
        """
            .formatted(evaluation.photos(), evaluation.data()));
    lines.add("| figure | value |");
    lines.add("|---|---|");
    row(lines, "parameters", String.format(Locale.ROOT, "%,d", parameters()));
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
    row(lines, "top-1, one forward pass", percent(evaluation.top1OneLook()));
    row(lines, "top-3", percent(evaluation.top3()));
    row(lines, "top-5", percent(evaluation.top5()));
    row(lines, "macro-F1", String.format(Locale.ROOT, "%.4f", evaluation.macroF1()));
    row(lines, "expected calibration error", percent(evaluation.calibrationError()));
    row(lines, "confident answers", percent(evaluation.confidentShare()));
    row(lines, "accuracy of confident answers", percent(evaluation.confidentRight()));
    Evaluation.InService inService = evaluation.calibrationInService();
    if (inService != null) {
      row(lines, "expected calibration error in service", percent(inService.error()));
      row(lines, "confident answers in service", percent(inService.confidentShare()));
      row(lines, "accuracy of confident answers in service", percent(inService.confidentRight()));
    }
    row(lines, "AUROC, cars of other makes", number(evaluation.otherMakesAuroc()));
    row(lines, "AUROC, photos without a car", number(evaluation.notACarAuroc()));
    row(lines, "body type: coverage, accuracy", trait(evaluation.bodyType()));
    row(lines, "decade: coverage, accuracy", trait(evaluation.decade()));
    lines.add("");
    Evaluation.Robustness asTheyAre =
        Objects.requireNonNull(evaluation.robustness().get(Evaluation.AS_IT_IS));
    lines.add(
        "Results on an evenly spaced sample of %d of these photos, undistorted and distorted:"
            .formatted(asTheyAre.photos()));
    lines.add("");
    lines.add(
        "| photo | top-1 | top-1, one forward pass | classified as not a car | with advice |");
    lines.add("|---|---:|---:|---:|---:|");
    robustness(lines, "as it is", asTheyAre);
    for (Distortion distortion : Distortion.values()) {
      robustness(lines, distortion.words(), evaluation.robustness().get(distortion.code()));
    }
    lines.add("");
    lines.add("![Reliability diagram: claimed and measured accuracy](reliability.png)");
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
    lines.add("![Confusion matrix: photos by brand and answer](confusion.png)");
    return String.join("\n", lines) + "\n";
  }

  /** Counts the trainable parameters, without the running statistics of batch norm. */
  private long parameters() {
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
