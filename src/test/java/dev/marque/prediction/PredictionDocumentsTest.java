package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class PredictionDocumentsTest {

  @Test
  void a_document_has_every_field_of_a_prediction() {
    JsonObject expected =
        new JsonObject(
            """
            {
              "id": "0192f0c1-0000-7000-8000-000000000001",
              "created_at": "2026-11-23T18:21:18Z",
              "file_name": "p.jpg",
              "width": 1632,
              "height": 1224,
              "model": "marque-1",
              "verdict": "confident",
              "car_probability": 0.998,
              "accuracy_at_this_confidence": 0.97,
              "brands": [
                {"brand": "Audi", "probability": 0.93},
                {"brand": "Volkswagen", "probability": 0.05}
              ],
              "closest_models": [{"model": "Audi TTS Coupe 2012", "probability": 0.81}],
              "body_type": "coupe",
              "decade": 2010,
              "advice": ["too_dark"],
              "took_ms": 11.2,
              "correction": "Porsche"
            }
            """);
    assertEquals(expected, PredictionDocuments.of(Samples.prediction(), 2));
  }
}
