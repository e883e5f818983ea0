package dev.marque.vision;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.marque.vision.network.ActivationRanges;
import dev.marque.vision.network.InvalidModelException;
import dev.marque.vision.photo.Normalization;
import dev.marque.vision.photo.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code model.json}: the classes of a model, its preprocessing and its calibration.
 *
 * @param name name and version, stored with every prediction
 * @param input the size to which photos are scaled
 * @param normalization normalization of the pixel values
 * @param labels brands and models in the order of the heads' logits
 * @param calibration thresholds and accuracy curve
 * @param data fingerprint of the training data
 * @param activations ranges for integer arithmetic, measured together with the calibration; {@code
 *     null} if they were not
 * @param metrics metrics on the validation photos, written by {@code evaluate}; {@code null} before
 *     that
 */
public record ModelDescription(
    @JsonProperty(required = true) String name,
    @JsonProperty(required = true) Size input,
    @JsonProperty(required = true) Normalization normalization,
    @JsonProperty(required = true) Labels labels,
    @JsonProperty(required = true) Calibration calibration,
    @JsonProperty(required = true) String data,
    @Nullable ActivationRanges activations,
    @Nullable JsonNode metrics) {

  /** Name of the file in a model's folder. */
  public static final String FILE = "model.json";

  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /**
   * Reads {@code model.json} from a folder.
   *
   * @throws InvalidModelException if it is missing or invalid; the message says why
   */
  public static ModelDescription read(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      return JSON.readValue(Files.readString(file), ModelDescription.class);
    } catch (NoSuchFileException e) {
      throw new InvalidModelException(
          "there is no model in %s: %s is missing".formatted(folder.toAbsolutePath(), FILE), e);
    } catch (JsonProcessingException e) {
      throw new InvalidModelException(file + " is not a model: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new InvalidModelException("cannot read " + file, e);
    }
  }

  /** Writes {@code model.json} into a folder {@linkplain AtomicFile atomically}. */
  public void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    AtomicFile.write(
        folder.resolve(FILE),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n");
  }

  /** Returns a copy with another name and input size. */
  public ModelDescription with(String name, Size input) {
    return new ModelDescription(
        name, input, normalization, labels, calibration, data, activations, metrics);
  }

  /** Returns a copy with other metrics. */
  public ModelDescription with(@Nullable JsonNode metrics) {
    return new ModelDescription(
        name, input, normalization, labels, calibration, data, activations, metrics);
  }

  /** Returns a copy with another calibration and ranges, without metrics. */
  public ModelDescription with(Calibration calibration, @Nullable ActivationRanges activations) {
    return new ModelDescription(
        name, input, normalization, labels, calibration, data, activations, null);
  }
}
