package dev.marque.prediction;

import dev.marque.platform.StartFailure;
import dev.marque.vision.ModelDescription;
import dev.marque.vision.network.InvalidModelException;
import dev.marque.web.Failure;
import dev.marque.web.FieldError;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The model card: the contents of {@code model.json}, and those of {@code evaluation.json} if the
 * network has been evaluated.
 */
public final class ModelDocument {

  private final JsonObject document;
  private final List<String> brands;

  /**
   * Creates a card.
   *
   * @param document the document for API responses
   * @param brands the brands that the network knows
   */
  ModelDocument(JsonObject document, List<String> brands) {
    this.document = document;
    this.brands = brands.stream().sorted().toList();
  }

  /**
   * Reads the card; blocks.
   *
   * @param modelDir the folder of the model
   * @throws StartFailure if {@code model.json} is missing or invalid
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

  /** Returns a copy of the card for API responses. */
  JsonObject document() {
    return document.copy();
  }

  /** Returns the card as nested maps and lists, for the page. */
  Map<String, Object> card() {
    return new JsonObject(document.encode()).getMap();
  }

  /** Returns the brands that the network knows, sorted alphabetically. */
  List<String> brands() {
    return brands;
  }

  /**
   * Requires a brand that the network knows.
   *
   * @throws Failure.Invalid ({@code fields})
   */
  void requireBrand(String brand) {
    if (!brands.contains(brand)) {
      throw Failure.Invalid.of(FieldError.of("brand", "field.brand.unknown"));
    }
  }

  private static JsonObject json(Path file) {
    try {
      return new JsonObject(Files.readString(file));
    } catch (IOException e) {
      throw new StartFailure("Cannot read " + file, e);
    } catch (DecodeException e) {
      throw new StartFailure(file + " is not a JSON object", e);
    }
  }
}
