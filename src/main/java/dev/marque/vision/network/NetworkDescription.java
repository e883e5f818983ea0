package dev.marque.vision.network;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The network's architecture, from which both TorchScript programs and the list of weights are
 * derived.
 *
 * <p>The layers are followed by global average pooling, dropout and three linear heads, whose sizes
 * follow from the {@linkplain Heads labels}: brand, model (make, model and year) and car or not.
 *
 * @param layers the trunk, in order
 * @param squeeze reduction ratio of squeeze and excitation
 * @param dropout dropout rate of the pooled features in training, from 0 (inclusive) to 1
 *     (exclusive)
 */
public record NetworkDescription(
    @JsonProperty(required = true) List<Layer> layers,
    @JsonProperty(required = true) int squeeze,
    @JsonProperty(required = true) double dropout) {

  private static final ObjectMapper JSON = new ObjectMapper();

  public NetworkDescription {
    layers = List.copyOf(layers);
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("a network needs at least one layer");
    }
    if (squeeze < 1) {
      throw new IllegalArgumentException("squeeze of " + squeeze + " is below 1");
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException("dropout must be at least 0 and below 1, not " + dropout);
    }
  }

  /**
   * Reads a description, for example {@code model/network.json}.
   *
   * @throws InvalidModelException if the file is missing or invalid; the message says why
   */
  public static NetworkDescription read(Path file) {
    try {
      return JSON.readValue(Files.readString(file), NetworkDescription.class);
    } catch (JsonProcessingException e) {
      throw new InvalidModelException(
          file + " does not describe a network: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new InvalidModelException("cannot read the network's description " + file, e);
    }
  }

  /** Returns the description as JSON that {@link #read} accepts. */
  public String toJson() {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
