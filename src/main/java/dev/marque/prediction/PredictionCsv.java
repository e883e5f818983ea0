package dev.marque.prediction;

import java.util.List;
import java.util.stream.Collectors;

/** Predictions as comma-separated values (RFC 4180). */
final class PredictionCsv {

  static final String HEADER =
      "id,created_at,file_name,width,height,model,verdict,car_probability,"
          + "accuracy_at_this_confidence,brand,probability,second_brand,second_probability,"
          + "closest_model,correction,took_ms\r\n";

  private PredictionCsv() {}

  static String line(Prediction prediction) {
    List<Object> cells =
        List.of(
            prediction.id(),
            prediction.createdAt(),
            prediction.fileName(),
            prediction.width(),
            prediction.height(),
            prediction.model(),
            prediction.verdict().code(),
            PredictionDocuments.rounded(prediction.carProbability(), 4),
            PredictionDocuments.rounded(prediction.accuracyAtThisConfidence(), 4),
            name(prediction, 0),
            probability(prediction, 0),
            name(prediction, 1),
            probability(prediction, 1),
            prediction.closestModels().isEmpty() ? "" : prediction.closestModels().get(0).name(),
            prediction.correction() == null ? "" : prediction.correction(),
            PredictionDocuments.rounded(prediction.tookMillis(), 1));
    return cells.stream()
        .map(cell -> cell instanceof String text ? cell(text) : cell.toString())
        .collect(Collectors.joining(",", "", "\r\n"));
  }

  /**
   * Quotes a cell if necessary, and prefixes text that a spreadsheet would run as a formula: file
   * names come from clients.
   */
  static String cell(String text) {
    boolean formula = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0;
    String safe = formula ? "'" + text : text;
    boolean quoted = safe.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return quoted ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
  }

  private static Object name(Prediction prediction, int rank) {
    return rank < prediction.brands().size() ? prediction.brands().get(rank).name() : "";
  }

  private static Object probability(Prediction prediction, int rank) {
    return rank < prediction.brands().size()
        ? PredictionDocuments.rounded(prediction.brands().get(rank).probability(), 4)
        : "";
  }
}
