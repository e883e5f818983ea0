package dev.marque.vision;

import java.util.List;

/**
 * What the network says of one photo, calibrated.
 *
 * @param model the model's name and version, for example {@code marque-1}
 * @param verdict what may be claimed
 * @param carProbability that the photo shows a car, 0 to 1
 * @param accuracyAtThisConfidence the share of validation answers this sure that were right, 0 to
 *     1; 0 where it was not measured
 * @param brands every known brand, the most likely first; the probabilities add up to 1
 * @param closestModels the three most likely models, the most likely first
 * @param traits body type and decade, as far as they can be told
 * @param advice keys of advice that would help, such as {@code too_dark}; mostly empty
 * @param heatMap where the top brand was seen
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
