package dev.marque.prediction;

import dev.marque.vision.Scored;
import dev.marque.vision.Traits;
import dev.marque.vision.Verdict;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Converts between predictions and rows of the table {@code predictions}. */
final class PredictionRows {

  /** What {@link #read} needs; the images themselves are only read on request. */
  static final String COLUMNS =
      """
      id, created_at, file_name, width, height, model, verdict, car_probability, accuracy,
      brands, brand_probabilities, closest_models, closest_model_probabilities, body_type, decade,
      advice, took_ms, correction, photo IS NOT NULL AS photo_kept,
      thumbnail IS NOT NULL AS thumbnail_kept
      """;

  private PredictionRows() {}

  static Prediction read(Row row) {
    return new Prediction(
        row.getUUID("id"),
        row.getOffsetDateTime("created_at").toInstant(),
        row.getString("file_name"),
        row.getInteger("width"),
        row.getInteger("height"),
        row.getString("model"),
        Verdict.valueOf(row.getString("verdict").toUpperCase(Locale.ROOT)),
        row.getDouble("car_probability"),
        row.getDouble("accuracy"),
        scored(row, "brands", "brand_probabilities"),
        scored(row, "closest_models", "closest_model_probabilities"),
        Traits.of(row.getString("body_type"), row.getInteger("decade")),
        List.of(row.getArrayOfStrings("advice")),
        row.getDouble("took_ms"),
        row.getString("correction"),
        row.getBoolean("photo_kept"),
        row.getBoolean("thumbnail_kept"));
  }

  static List<Prediction> readAll(RowSet<Row> rows) {
    List<Prediction> predictions = new ArrayList<>(rows.size());
    rows.forEach(row -> predictions.add(read(row)));
    return predictions;
  }

  /** Returns the array of names that a row stores beside {@link #probabilities}. */
  static String[] names(List<Scored> scored) {
    return scored.stream().map(Scored::name).toArray(String[]::new);
  }

  static Double[] probabilities(List<Scored> scored) {
    return scored.stream().map(Scored::probability).toArray(Double[]::new);
  }

  private static List<Scored> scored(Row row, String names, String probabilities) {
    String[] name = row.getArrayOfStrings(names);
    Double[] probability = row.getArrayOfDoubles(probabilities);
    List<Scored> scored = new ArrayList<>(name.length);
    for (int i = 0; i < name.length; i++) {
      scored.add(new Scored(name[i], probability[i]));
    }
    return scored;
  }
}
