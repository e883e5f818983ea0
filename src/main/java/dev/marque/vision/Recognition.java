package dev.marque.vision;

import java.util.List;

/**
 * The calibrated result for one photo.
 *
 * @param model the model's name and version, for example {@code marque-1}
 * @param verdict the verdict
 * @param carProbability probability that the photo shows a car, 0 to 1
 * @param accuracyAtThisConfidence share of validation answers with this confidence that were
 *     correct, 0 to 1; 0 if not measured
 * @param brands all known brands, the most likely first; the probabilities add up to 1
 * @param closestModels the three most likely models, the most likely first
 * @param traits body type and decade, as far as they can be determined
 * @param advice keys of the advice on this photo, for example {@code too_dark}; usually empty
 * @param heatMap class activation map of the top brand
 */
public record Recognition(
    String model,
    Verdict verdict,
    double carProbability,
    double accuracyAtThisConfidence,
    List<Scored> brands,
    List<Scored> closestModels,
    Traits traits,
    List<String> advice,
    HeatMap heatMap) {

  public Recognition {
    brands = List.copyOf(brands);
    closestModels = List.copyOf(closestModels);
    advice = List.copyOf(advice);
  }
}
