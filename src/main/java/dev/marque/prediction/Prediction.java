package dev.marque.prediction;

import dev.marque.vision.Scored;
import dev.marque.vision.Traits;
import dev.marque.vision.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What was said of one photo, as it is stored.
 *
 * @param createdAt to the millisecond
 * @param fileName as the client called it, cleaned by {@link FileNames}
 * @param width of the upright photo, pixels
 * @param height of the upright photo, pixels
 * @param model the name and version of the network
 * @param accuracyAtThisConfidence the share of validation answers this sure that were right
 * @param brands the most likely first; all of them unless {@link #top} shortened the list
 * @param closestModels the most likely first
 * @param traits body type and decade, as far as they could be told
 * @param advice keys of advice
 * @param tookMillis decoding and network
 * @param correction the brand that the owner says it is, or null
 * @param photoKept whether a copy of the photo, and with it the heat map, is there
 * @param thumbnailKept whether a thumbnail of the photo is there
 */
public record Prediction(
    UUID id,
    Instant createdAt,
    String fileName,
    int width,
    int height,
    String model,
    Verdict verdict,
    double carProbability,
    double accuracyAtThisConfidence,
    List<Scored> brands,
    List<Scored> closestModels,
    Traits traits,
    List<String> advice,
    double tookMillis,
    @Nullable String correction,
    boolean photoKept,
    boolean thumbnailKept) {

  public Prediction {
    brands = List.copyOf(brands);
    closestModels = List.copyOf(closestModels);
    advice = List.copyOf(advice);
  }

  /** The same with only the most likely brands. */
  public Prediction top(int count) {
    return new Prediction(
        id,
        createdAt,
        fileName,
        width,
        height,
        model,
        verdict,
        carProbability,
        accuracyAtThisConfidence,
        brands.subList(0, Math.min(count, brands.size())),
        closestModels,
        traits,
        advice,
        tookMillis,
        correction,
        photoKept,
        thumbnailKept);
  }
}
