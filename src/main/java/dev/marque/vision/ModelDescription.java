package dev.marque.vision;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.marque.vision.network.InvalidModelException;
import dev.marque.vision.photo.Normalization;
import dev.marque.vision.photo.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code model.json}: what the weights beside it can answer and how they are used.
 *
 * @param name name and version, which every stored prediction carries
 * @param input the size photos are scaled to
 * @param normalization what their values are brought to
 * @param labels brands and models in the heads' order
 * @param calibration what may be claimed
 * @param data fingerprint of the photos it was trained on
 * @param metrics figures on the validation photos, as they were measured when it was made
 */
public record ModelDescription(
    @JsonProperty(required = true) String name,
    @JsonProperty(required = true) Size input,
    @JsonProperty(required = true) Normalization normalization,
    @JsonProperty(required = true) Labels labels,
    @JsonProperty(required = true) Calibration calibration,
    @JsonProperty(required = true) String data,
    @Nullable JsonNode metrics) {

  /** The file's name in a model's folder. */
  public static final String FILE = "model.json";

  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /**
   * Reads {@code model.json} in a folder.
   *
   * @throws InvalidModelException if it is missing or not whole, with the reason
   */
  public static ModelDescription read(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      return JSON.readValue(Files.readString(file), ModelDescription.class);
    } catch (NoSuchFileException e) {
      throw new InvalidModelException(
          "there is no model in %s: %s is missing".formatted(folder.toAbsolutePath(), FILE), e);
    } catch (JsonProcessingException e) {
      throw new InvalidModelException(file + " is no model: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new InvalidModelException("cannot read " + file, e);
    }
  }

  /** Writes {@code model.json} into a folder, {@linkplain WholeFile as a whole}. */
  public void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    WholeFile.write(
        folder.resolve(FILE),
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n");
  }

  /** The same network under another name, with another input size. */
  public ModelDescription with(String name, Size input) {
    return new ModelDescription(name, input, normalization, labels, calibration, data, metrics);
  }

  /** The same with another calibration and other figures. */
  public ModelDescription with(Calibration calibration, @Nullable JsonNode metrics) {
    return new ModelDescription(name, input, normalization, labels, calibration, data, metrics);
  }
}
