package dev.marque.prediction;

import dev.marque.vision.Scored;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/** Converts predictions to the JSON of the API. */
final class PredictionDocuments {

  private static final int PROBABILITY_DIGITS = 4;

  private PredictionDocuments() {}

  /**
   * Converts one prediction.
   *
   * @param topK maximum number of brands
   */
  static JsonObject of(Prediction prediction, int topK) {
    return new JsonObject()
        .put("id", prediction.id().toString())
        .put("created_at", prediction.createdAt().toString())
        .put("file_name", prediction.fileName())
        .put("width", prediction.width())
        .put("height", prediction.height())
        .put("model", prediction.model())
        .put("verdict", prediction.verdict().code())
        .put("car_probability", rounded(prediction.carProbability(), PROBABILITY_DIGITS))
        .put(
            "accuracy_at_this_confidence",
            rounded(prediction.accuracyAtThisConfidence(), PROBABILITY_DIGITS))
        .put("brands", scored("brand", prediction.top(topK).brands()))
        .put("closest_models", scored("model", prediction.closestModels()))
        .put("body_type", prediction.traits().bodyTypeCode())
        .put("decade", prediction.traits().decade())
        .put("advice", new JsonArray(prediction.advice()))
        .put("took_ms", rounded(prediction.tookMillis(), 1))
        .put("correction", prediction.correction());
  }

  /** Rounds to the meaningful digits; more would only make responses longer. */
  static double rounded(double value, int digits) {
    return BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_EVEN).doubleValue();
  }

  private static JsonArray scored(String name, List<Scored> scored) {
    JsonArray array = new JsonArray();
    scored.forEach(
        one ->
            array.add(
                new JsonObject()
                    .put(name, one.name())
                    .put("probability", rounded(one.probability(), PROBABILITY_DIGITS))));
    return array;
  }
}
