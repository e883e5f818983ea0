package dev.marque.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of a model on photos that its weights were not fitted to. Metrics that depend on the
 * calibration are cross-fitted: each photo is evaluated with a calibration fitted to the other four
 * fifths. Only {@code robustness} and {@code calibrationInService} use the calibration in {@code
 * model.json}.
 *
 * <p>{@link Trainer} trains on all photos of other makes and without a car, so metrics on them are
 * optimistic for a model trained on the same data set.
 *
 * @param model name and version
 * @param data fingerprint of the photos
 * @param photos number of evaluated photos of the known brands
 * @param top1 top-1 accuracy as in service, with further looks at low confidence
 * @param top1OneLook top-1 accuracy of the first look
 * @param top1Interval 95% confidence interval of {@code top1}
 * @param top3 top-3 accuracy as in service
 * @param top5 top-5 accuracy as in service
 * @param macroF1 mean F1 of the brands
 * @param calibrationError expected calibration error of {@code accuracy_at_this_confidence}
 * @param confidentShare share of known cars with the verdict confident
 * @param confidentRight accuracy of the confident answers; null if there are none
 * @param calibrationInService metrics of the model's own calibration on these photos; null if it
 *     has none
 * @param otherMakesAuroc AUROC of familiarity, known cars against other makes; null if there are
 *     none
 * @param notACarAuroc AUROC of the car probability, cars against other photos; null if there are
 *     none
 * @param bodyType coverage and accuracy of the body type
 * @param decade coverage and accuracy of the decade
 * @param robustness metrics of an evenly spaced sample of the photos, undistorted and by distortion
 * @param verdicts number of photos by kind and verdict
 * @param brands metrics of each brand
 * @param confusion number of photos by true and predicted brand, in the order of {@code brands}
 * @param reliability claimed and measured accuracy in ten equal parts of the answers
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.ALWAYS)
public record Evaluation(
    String model,
    String data,
    int photos,
    double top1,
    double top1OneLook,
    double[] top1Interval,
    double top3,
    double top5,
    double macroF1,
    double calibrationError,
    double confidentShare,
    @Nullable Double confidentRight,
    @Nullable InService calibrationInService,
    @Nullable Double otherMakesAuroc,
    @JsonProperty("not_a_car_auroc") @Nullable Double notACarAuroc,
    Trait bodyType,
    Trait decade,
    Map<String, Robustness> robustness,
    Map<String, Map<String, Integer>> verdicts,
    List<Brand> brands,
    int[][] confusion,
    List<Reliability> reliability) {

  /** Key of the undistorted photos in {@link #robustness}. */
  static final String AS_IT_IS = "as_it_is";

  /**
   * Metrics of the calibration in {@code model.json}. If it was fitted to these photos, they look
   * slightly better than they are.
   *
   * @param error expected calibration error
   * @param confidentShare share of known cars with the verdict confident
   * @param confidentRight accuracy of the confident answers; null if there are none
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record InService(double error, double confidentShare, @Nullable Double confidentRight) {}

  /**
   * Metrics of one brand.
   *
   * @param precision share of the photos classified as it that show it; null if there are none
   * @param recall share of its photos classified as it; null if there are none
   * @param f1 harmonic mean of both; null if there are no photos
   */
  public record Brand(
      String brand,
      int photos,
      @Nullable Double precision,
      @Nullable Double recall,
      @Nullable Double f1) {}

  /**
   * Coverage and accuracy of a trait.
   *
   * @param told share of cars with an answer, of those whose trait is known; null if there are none
   * @param right accuracy of these answers; null if there are none
   */
  public record Trait(@Nullable Double told, @Nullable Double right) {}

  /**
   * Metrics of one kind of photo.
   *
   * @param photos number of evaluated photos
   * @param top1 top-1 accuracy as in service
   * @param top1OneLook top-1 accuracy of the first look
   * @param noCar share classified as not a car
   * @param advised share with advice for a better photo
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Robustness(
      int photos, double top1, double top1OneLook, double noCar, double advised) {}

  /** One tenth of the answers: claimed and measured accuracy. */
  public record Reliability(double claimed, double accuracy, int photos) {}
}
