package dev.marque.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a model on photos that its weights were not fitted to. What depends on the
 * calibration is cross-fitted: each photo is judged by a calibration fitted to the other four
 * fifths. Only the distorted photos and what is said of the calibration in service are judged by
 * the one in {@code model.json}.
 *
 * <p>Other makes and photos without a car are those of the data set, all of which {@link Trainer}
 * learns from: figures on them flatter a model that was trained on the same data set.
 *
 * @param model name and version
 * @param data fingerprint of the photos
 * @param photos how many of the known brands were judged
 * @param top1 share with the right brand first, as in service: with further looks where the first
 *     leaves doubt
 * @param top1OneLook the same after one forward pass
 * @param top1Interval its 95% confidence interval
 * @param macroF1 mean F1 of the brands
 * @param calibrationError expected calibration error of {@code accuracy_at_this_confidence}
 * @param confidentShare of known cars that were answered confidently
 * @param confidentRight share of confident answers that were right; null where none was confident
 * @param calibrationInService what the calibration that serves does on the same photos; null where
 *     there is none
 * @param otherMakesAuroc how well familiarity tells known cars from cars of other makes; null where
 *     there are none
 * @param notACarAuroc how well the car probability tells cars from other photos; null where there
 *     are none
 * @param bodyType how well the body type is told
 * @param decade how well the decade is told
 * @param robustness figures of an even sample of the same photos, as they are and distorted, by
 *     distortion
 * @param verdicts how often each verdict was given, by kind of photo
 * @param brands figures of each brand
 * @param confusion photos by brand and answer, in the brands' order
 * @param reliability claimed and true accuracy over ten equal parts of the answers
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

  /** In {@link #robustness}, the photos without any distortion. */
  static final String AS_IT_IS = "as_it_is";

  /**
   * How the calibration in {@code model.json} does. Where it was fitted to these very photos, it
   * looks a little better than it is.
   *
   * @param error expected calibration error
   * @param confidentShare of known cars that are answered confidently
   * @param confidentRight share of confident answers that are right; null where none is confident
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record InService(double error, double confidentShare, @Nullable Double confidentRight) {}

  /**
   * How one brand fares.
   *
   * @param precision share of the photos called by its name that show it; null where none was
   * @param recall share of its photos called by its name; null where there are none
   * @param f1 harmonic mean of both; null where there are no photos
   */
  public record Brand(
      String brand,
      int photos,
      @Nullable Double precision,
      @Nullable Double recall,
      @Nullable Double f1) {}

  /**
   * How well a trait is told.
   *
   * @param told share of cars for which anything was told; null where it is known of none
   * @param right share of what was told that was right; null where nothing was told
   */
  public record Trait(@Nullable Double told, @Nullable Double right) {}

  /**
   * Figures of one kind of photos.
   *
   * @param photos number of photos that were judged
   * @param top1 share with the right brand first, as in service
   * @param top1OneLook the same after one forward pass
   * @param noCar share that was taken for photos without a car
   * @param advised share that came with advice for a better photo
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Robustness(
      int photos, double top1, double top1OneLook, double noCar, double advised) {}

  /** A part of the answers: what was claimed and what was true. */
  public record Reliability(double claimed, double accuracy, int photos) {}
}
