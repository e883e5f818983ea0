package dev.marque.prediction;

import dev.marque.platform.StartFailure;
import dev.marque.vision.ModelDescription;
import dev.marque.vision.network.InvalidModelException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The model card: what {@code model.json} says of the network, with {@code evaluation.json} beside
 * it where the network was judged.
 */
public final class ModelDocument {

  private final JsonObject document;
  private final List<String> brands;

  /**
   * Makes a card.
   *
   * @param document as it is to be answered
   * @param brands that the network knows
   */
  ModelDocument(JsonObject document, List<String> brands) {
    this.document = document;
    this.brands = brands.stream().sorted().toList();
  }

  /**
   * Reads the card; blocks.
   *
   * @param modelDir the folder of the model
   * @throws StartFailure if {@code model.json} is missing or not what it should be
   */
  public static ModelDocument read(Path modelDir) {
    ModelDescription description;
    try {
      description = ModelDescription.read(modelDir);
    } catch (InvalidModelException e) {
      throw new StartFailure(e.getMessage() + "; train a model, or set marque.model-dir", e);
    }
    JsonObject document = json(modelDir.resolve(ModelDescription.FILE));
    document.remove("labels");
    document.put("brands", description.labels().brands());
    Path evaluation = modelDir.resolve("evaluation.json");
    if (Files.exists(evaluation)) {
      document.put("evaluation", json(evaluation));
    }
    return new ModelDocument(document, description.labels().brands());
  }

  /** The card as the API answers it. */
  JsonObject document() {
    return document.copy();
  }

  /** The card as nested maps and lists, for the page. */
  Map<String, Object> card() {
    return new JsonObject(document.encode()).getMap();
  }

  /** The brands that the network knows, in the order of the alphabet. */
  List<String> brands() {
    return brands;
  }

  private static JsonObject json(Path file) {
    try {
      return new JsonObject(Files.readString(file));
    } catch (IOException e) {
      throw new StartFailure("cannot read " + file, e);
    } catch (DecodeException e) {
      throw new StartFailure(file + " is not a JSON object", e);
    }
  }
}
