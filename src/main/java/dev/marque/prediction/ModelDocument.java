package dev.marque.prediction;

import dev.marque.platform.StartFailure;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The model card: what {@code model.json} says of the network, with {@code evaluation.json} beside
 * it where the network was judged.
 */
public final class ModelDocument {

  private final JsonObject document;
  private final List<String> brands;

  /**
   * @param document with at least {@code brands}
   */
  ModelDocument(JsonObject document) {
    this.document = document;
    this.brands =
        document.getJsonArray("brands").stream().map(String.class::cast).sorted().toList();
  }

  /**
   * Reads the card; blocks.
   *
   * @param modelDir the folder of the model
   * @throws StartFailure if {@code model.json} is missing or not what it should be
   */
  public static ModelDocument read(Path modelDir) {
    JsonObject model = json(modelDir.resolve("model.json"));
    if (model.getValue("brands") == null) {
      throw new StartFailure(modelDir.resolve("model.json") + " has no \"brands\"");
    }
    Path evaluation = modelDir.resolve("evaluation.json");
    if (Files.exists(evaluation)) {
      model.put("evaluation", json(evaluation));
    }
    return new ModelDocument(model);
  }

  /** The card as the API answers it. */
  JsonObject document() {
    return document.copy();
  }

  /** The brands that the network knows, in the order of the alphabet. */
  List<String> brands() {
    return brands;
  }

  private static JsonObject json(Path file) {
    try {
      return new JsonObject(Files.readString(file));
    } catch (IOException e) {
      throw new StartFailure("cannot read " + file + "; train a model or set marque.model-dir", e);
    } catch (DecodeException e) {
      throw new StartFailure(file + " is not a JSON object", e);
    }
  }
}
