package dev.marque.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.marque.vision.Recognition;
import dev.marque.vision.Scored;
import dev.marque.vision.Traits;
import dev.marque.vision.photo.Photo;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** Prints one JSON object per line. */
final class JsonPrinter extends RecognitionPrinter {

  private final ObjectMapper mapper = new ObjectMapper();

  JsonPrinter(PrintWriter out, int topK) {
    super(out, topK);
  }

  @Override
  String format(Path file, Photo photo, Recognition recognition, List<Scored> brands)
      throws JsonProcessingException {
    ObjectNode document =
        mapper
            .createObjectNode()
            .put("file", file.toString())
            .put("width", photo.width())
            .put("height", photo.height())
            .put("model", recognition.model())
            .put("verdict", recognition.verdict().code())
            .put("car_probability", rounded(recognition.carProbability()))
            .put("accuracy_at_this_confidence", rounded(recognition.accuracyAtThisConfidence()));
    add(document.putArray("brands"), "brand", brands);
    add(document.putArray("closest_models"), "model", recognition.closestModels());
    Traits traits = recognition.traits();
    document.put("body_type", traits.bodyTypeCode());
    document.put("decade", traits.decade());
    ArrayNode advice = document.putArray("advice");
    recognition.advice().forEach(advice::add);
    return mapper.writeValueAsString(document);
  }

  private static void add(ArrayNode array, String name, List<Scored> scored) {
    for (Scored one : scored) {
      array.addObject().put(name, one.name()).put("probability", rounded(one.probability()));
    }
  }

  private static double rounded(double value) {
    return Math.round(value * 1e4) / 1e4;
  }
}
