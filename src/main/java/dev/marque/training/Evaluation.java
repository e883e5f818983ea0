package dev.marque.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.marque.vision.BodyType;
import dev.marque.vision.Calibration;
import dev.marque.vision.Labels;
import dev.marque.vision.Scores;
import dev.marque.vision.Traits;
import dev.marque.vision.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a model on photos that its weights were not fitted to. What depends on the
 * calibration is cross-fitted: each photo is judged by a calibration fitted to the other four
 * fifths. Only the distorted photos are judged by the calibration that serves.
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
 * @param confidentRight share of confident answers that were right
 * @param otherMakesAuroc how well familiarity tells known cars from cars of other makes; null where
 *     there are none
 * @param notACarAuroc how well the car probability tells cars from other photos; null where there
 *     are none
 * @param bodyType how well the body type is told
 * @param decade how well the decade is told
 * @param robustness how the same photos fare as they are and distorted, by distortion
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
    double confidentRight,
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

  private static final int FOLDS = 5;
  private static final int BINS = 10;

  /** How one brand fares. */
  public record Brand(String brand, int photos, double precision, double recall, double f1) {}

  /**
   * How well a trait is told.
   *
   * @param told share of cars for which anything was told
   * @param right share of what was told that was right
   */
  public record Trait(double told, double right) {}

  /**
   * How photos of one kind fare.
   *
   * @param top1 share with the right brand first, as in service
   * @param top1OneLook the same after one forward pass
   * @param noCar share that was taken for photos without a car
   * @param advised share that came with advice for a better photo
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Robustness(double top1, double top1OneLook, double noCar, double advised) {

    static Robustness of(List<Judged> judged, Calibration calibration) {
      return new Robustness(
          Figures.rounded(Figures.top(judged, 1)),
          Figures.rounded(Figures.topOfFirst(judged)),
          share(judged, one -> calibration.verdict(one.scores()) == Verdict.NOT_A_CAR),
          share(judged, one -> !one.advice().isEmpty()));
    }

    private static double share(List<Judged> judged, Predicate<Judged> is) {
      return Figures.rounded((double) judged.stream().filter(is).count() / judged.size());
    }
  }

  /** A part of the answers: what was claimed and what was true. */
  public record Reliability(double claimed, double accuracy, int photos) {}

  /**
   * Judges a model.
   *
   * @param labels that the model knows
   * @param known photos of the known brands
   * @param otherMakes cars of other makes; may be empty
   * @param notACar photos without a car; may be empty
   * @param robustness as measured on distorted photos
   */
  static Evaluation of(
      String model,
      String data,
      Labels labels,
      List<Judged> known,
      List<Judged> otherMakes,
      List<Judged> notACar,
      Map<String, Robustness> robustness) {
    List<String> brandNames = labels.brands();
    int[][] confusion = Figures.confusion(known, brandNames.size());
    List<Claim> claims = new ArrayList<>();
    Map<String, Map<String, Integer>> verdicts = new TreeMap<>();
    for (int fold = 0; fold < FOLDS; fold++) {
      Calibration calibration =
          CalibrationFit.fit(part(known, fold, false), part(notACar, fold, false));
      for (Judged judged : part(known, fold, true)) {
        claims.add(Claim.of(calibration, judged));
        count(verdicts, "known", calibration.verdict(judged.scores()));
      }
      for (Judged judged : part(otherMakes, fold, true)) {
        count(verdicts, "other_makes", calibration.verdict(judged.scores()));
      }
      for (Judged judged : part(notACar, fold, true)) {
        count(verdicts, "not_a_car", calibration.verdict(judged.scores()));
      }
    }
    List<Claim> confident =
        claims.stream().filter(claim -> claim.verdict() == Verdict.CONFIDENT).toList();
    double top1 = Figures.top(known, 1);
    return new Evaluation(
        model,
        data,
        known.size(),
        Figures.rounded(top1),
        Figures.rounded(Figures.topOfFirst(known)),
        Figures.interval(top1, known.size()),
        Figures.rounded(Figures.top(known, 3)),
        Figures.rounded(Figures.top(known, 5)),
        Figures.rounded(Figures.macroF1(confusion)),
        Figures.rounded(calibrationError(claims)),
        Figures.rounded((double) confident.size() / claims.size()),
        Figures.rounded(
            confident.isEmpty()
                ? 0
                : (double) confident.stream().filter(Claim::right).count() / confident.size()),
        familiarityAuroc(known, otherMakes),
        carAuroc(known, otherMakes, notACar),
        bodyType(labels, known),
        decade(labels, known),
        robustness,
        verdicts,
        brands(brandNames, confusion),
        confusion,
        reliability(claims));
  }

  /** What was claimed of a photo, and whether the brand was right. */
  private record Claim(double accuracy, boolean right, Verdict verdict) {

    static Claim of(Calibration calibration, Judged judged) {
      Scores scores = judged.scores();
      double probability = calibration.brands(scores)[scores.top()];
      return new Claim(
          calibration.accuracyAt(probability),
          scores.top() == judged.brand(),
          calibration.verdict(scores));
    }
  }

  /** A fold, or all the others; every fifth photo is in the same fold. */
  private static List<Judged> part(List<Judged> photos, int fold, boolean inside) {
    List<Judged> part = new ArrayList<>();
    for (int i = 0; i < photos.size(); i++) {
      if ((i % FOLDS == fold) == inside) {
        part.add(photos.get(i));
      }
    }
    return part;
  }

  private static void count(
      Map<String, Map<String, Integer>> verdicts, String kind, Verdict verdict) {
    Map<String, Integer> counts = verdicts.computeIfAbsent(kind, ignored -> new TreeMap<>());
    counts.merge(verdict.code(), 1, Integer::sum);
  }

  private static double calibrationError(List<Claim> claims) {
    double[] claimed = claims.stream().mapToDouble(Claim::accuracy).toArray();
    boolean[] right = new boolean[claims.size()];
    for (int i = 0; i < right.length; i++) {
      right[i] = claims.get(i).right();
    }
    return Figures.calibrationError(claimed, right, BINS);
  }

  private static @Nullable Double familiarityAuroc(List<Judged> known, List<Judged> otherMakes) {
    if (otherMakes.isEmpty()) {
      return null;
    }
    return Figures.rounded(
        Figures.auroc(
            known.stream().mapToDouble(j -> Calibration.familiarity(j.scores())).toArray(),
            otherMakes.stream().mapToDouble(j -> Calibration.familiarity(j.scores())).toArray()));
  }

  private static @Nullable Double carAuroc(
      List<Judged> known, List<Judged> otherMakes, List<Judged> notACar) {
    if (notACar.isEmpty()) {
      return null;
    }
    List<Judged> cars = new ArrayList<>(known);
    cars.addAll(otherMakes);
    return Figures.rounded(
        Figures.auroc(
            cars.stream().mapToDouble(j -> j.scores().car()).toArray(),
            notACar.stream().mapToDouble(j -> j.scores().car()).toArray()));
  }

  private static Trait bodyType(Labels labels, List<Judged> known) {
    return trait(labels, known, Traits::bodyType, BodyType::ofModel);
  }

  private static Trait decade(Labels labels, List<Judged> known) {
    return trait(labels, known, Traits::decade, Traits::decade);
  }

  private static <T> Trait trait(
      Labels labels,
      List<Judged> known,
      Function<Traits, @Nullable T> told,
      Function<String, Optional<T>> truth) {
    Traits.Reader reader = new Traits.Reader(labels.models());
    int asked = 0;
    int answered = 0;
    int right = 0;
    for (Judged judged : known) {
      Optional<T> wanted =
          judged.model() == Example.NONE
              ? Optional.empty()
              : truth.apply(labels.models().get(judged.model()).name());
      if (wanted.isPresent()) {
        T answer = told.apply(reader.read(judged.scores().models()));
        asked++;
        answered += answer == null ? 0 : 1;
        right += wanted.get().equals(answer) ? 1 : 0;
      }
    }
    return new Trait(
        asked == 0 ? 0 : Figures.rounded((double) answered / asked),
        answered == 0 ? 0 : Figures.rounded((double) right / answered));
  }

  private static List<Brand> brands(List<String> names, int[][] confusion) {
    List<Brand> brands = new ArrayList<>();
    for (int b = 0; b < names.size(); b++) {
      brands.add(
          new Brand(
              names.get(b),
              java.util.Arrays.stream(confusion[b]).sum(),
              Figures.rounded(Figures.precision(confusion, b)),
              Figures.rounded(Figures.recall(confusion, b)),
              Figures.rounded(Figures.f1(confusion, b))));
    }
    return brands;
  }

  private static List<Reliability> reliability(List<Claim> claims) {
    List<Claim> ascending =
        claims.stream().sorted(java.util.Comparator.comparingDouble(Claim::accuracy)).toList();
    List<Reliability> parts = new ArrayList<>();
    for (int bin = 0; bin < BINS; bin++) {
      List<Claim> part =
          ascending.subList(bin * ascending.size() / BINS, (bin + 1) * ascending.size() / BINS);
      if (!part.isEmpty()) {
        parts.add(
            new Reliability(
                Figures.rounded(part.stream().mapToDouble(Claim::accuracy).average().orElse(0)),
                Figures.rounded((double) part.stream().filter(Claim::right).count() / part.size()),
                part.size()));
      }
    }
    return parts;
  }
}
