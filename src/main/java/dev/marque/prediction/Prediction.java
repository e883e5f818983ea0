package dev.marque.prediction;

import dev.marque.vision.Scored;
import dev.marque.vision.Traits;
import dev.marque.vision.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A stored prediction for one photo.
 *
 * @param createdAt time of creation, with a precision of milliseconds
 * @param fileName name given by the client, sanitized by {@link FileNames}
 * @param width width of the upright photo in pixels
 * @param height height of the upright photo in pixels
 * @param model name and version of the network
 * @param accuracyAtThisConfidence share of validation photos with this confidence that were
 *     classified correctly
 * @param brands most likely first; all brands unless {@link #top} has shortened the list
 * @param closestModels most likely first
 * @param traits body type and decade, as far as they were recognized
 * @param advice message keys of advice
 * @param tookMillis time for decoding and the network
 * @param correction the brand according to the owner, or {@code null}
 * @param photoKept whether a copy of the photo, and with it the heat map, is stored
 * @param thumbnailKept whether a thumbnail of the photo is stored
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

  /** Returns a copy with only the most likely brands. */
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
