package dev.marque.training;

import dev.marque.vision.BodyType;
import dev.marque.vision.Calibration;
import dev.marque.vision.Labels;
import dev.marque.vision.LoadedModel;
import dev.marque.vision.ModelDescription;
import dev.marque.vision.Traits;
import dev.marque.vision.Verdict;
import dev.marque.vision.network.Precision;
import dev.marque.vision.photo.Pixels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Measures a model on photos that its weights were not fitted to. */
final class Evaluator {

  private static final int FOLDS = 5;
  private static final int PARTS = 10;

  /**
   * Limits the evaluation time: ten distortions of all photos would take ten times as long as the
   * photos themselves.
   */
  private static final int MAX_DISTORTED = 400;

  private Evaluator() {}

  /**
   * The metrics of a model and the answers they are computed from.
   *
   * @param answers answers to the readable photos of known brands
   */
  record Measured(Evaluation evaluation, List<Answer> answers) {

    Measured {
      answers = List.copyOf(answers);
    }
  }

  /**
   * Measures a model on the validation photos, and on those of other makes and without a car.
   *
   * @param unreadable is called with the names of photos that could not be read
   * @throws DataSetException if the model does not know the brands, or fewer than two validation
   *     photos can be read
   */
  static Measured measure(
      LoadedModel model, Precision precision, DataSet photos, Consumer<List<String>> unreadable) {
    photos.checkKnownTo(model.description());
    try (Judge judge = new Judge(model, precision, unreadable)) {
      List<Example> known = judge.read(photos.validation());
      if (known.size() < 2) {
        throw new DataSetException(
            "only %d validation photos can be read; an evaluation needs at least two"
                .formatted(known.size()));
      }
      List<Example> notACar = judge.read(photos.notACar());
      Calibration calibration = model.description().calibration();
      return of(
          model.description(),
          photos.fingerprint(),
          judge.judgeExamples(known),
          judge.judge(photos.otherMakes()),
          judge.judgeExamples(notACar),
          robustness(judge, calibration, sample(known), notACar));
    }
  }

  /** Returns every n-th photo, with the smallest n that leaves at most {@link #MAX_DISTORTED}. */
  static <T> List<T> sample(List<T> photos) {
    int step = (photos.size() + MAX_DISTORTED - 1) / MAX_DISTORTED;
    return IntStream.iterate(0, i -> i < photos.size(), i -> i + step)
        .mapToObj(photos::get)
        .toList();
  }

  private static Map<String, Evaluation.Robustness> robustness(
      Judge judge, Calibration calibration, List<Example> known, List<Example> notACar) {
    List<Pixels> scenes = notACar.stream().map(Example::photo).toList();
    Map<String, Evaluation.Robustness> robustness = new LinkedHashMap<>();
    robustness.put(Evaluation.AS_IT_IS, robustness(judge.judgeExamples(known), calibration));
    for (Distortion distortion : Distortion.values()) {
      if (!distortion.needsScenes() || !scenes.isEmpty()) {
        List<Judged> judged =
            judge.judgeExamples(known, (photo, index) -> distortion.apply(photo, scenes, index));
        robustness.put(distortion.code(), robustness(judged, calibration));
      }
    }
    return robustness;
  }

  private static Evaluation.Robustness robustness(List<Judged> judged, Calibration calibration) {
    return new Evaluation.Robustness(
        judged.size(),
        Figures.rounded(Figures.top(judged, 1)),
        Figures.rounded(Figures.topOfFirst(judged)),
        share(judged, one -> calibration.verdict(one.scores()) == Verdict.NOT_A_CAR),
        share(judged, one -> !one.advice().isEmpty()));
  }

  private static double share(List<Judged> judged, Predicate<Judged> is) {
    return Figures.rounded((double) judged.stream().filter(is).count() / judged.size());
  }

  /**
   * Computes the metrics from the answers of a model.
   *
   * @param model the model that gave the answers
   * @param data fingerprint of the photos
   * @param known photos of the known brands
   * @param otherMakes cars of other makes; may be empty
   * @param notACar photos without a car; may be empty
   * @param robustness metrics of the distorted photos
   */
  static Measured of(
      ModelDescription model,
      String data,
      List<Judged> known,
      List<Judged> otherMakes,
      List<Judged> notACar,
      Map<String, Evaluation.Robustness> robustness) {
    Labels labels = model.labels();
    int[][] confusion = Figures.confusion(known, labels.brands().size());
    List<Answer> answers = new ArrayList<>();
    Map<String, Map<String, Integer>> verdicts = new TreeMap<>();
    for (int fold = 0; fold < FOLDS; fold++) {
      Calibration calibration =
          CalibrationFit.fit(part(known, fold, false), part(notACar, fold, false));
      for (Judged judged : part(known, fold, true)) {
        answers.add(Answer.of(labels, calibration, model.calibration(), judged));
        count(verdicts, "known", calibration.verdict(judged.scores()));
      }
      for (Judged judged : part(otherMakes, fold, true)) {
        count(verdicts, "other_makes", calibration.verdict(judged.scores()));
      }
      for (Judged judged : part(notACar, fold, true)) {
        count(verdicts, "not_a_car", calibration.verdict(judged.scores()));
      }
    }
    List<Answer> confident = confident(answers, Answer::crossFitted);
    double top1 = Figures.top(known, 1);
    Evaluation evaluation =
        new Evaluation(
            model.name(),
            data,
            known.size(),
            Figures.rounded(top1),
            Figures.rounded(Figures.topOfFirst(known)),
            Figures.interval(top1, known.size()),
            Figures.rounded(Figures.top(known, 3)),
            Figures.rounded(Figures.top(known, 5)),
            Figures.rounded(Figures.macroF1(confusion)),
            Figures.rounded(Claims.crossFitted(answers).error()),
            Figures.rounded((double) confident.size() / answers.size()),
            shareRight(confident),
            inService(model, answers),
            familiarityAuroc(known, otherMakes),
            carAuroc(known, otherMakes, notACar),
            bodyType(labels, known),
            decade(labels, known),
            robustness,
            verdicts,
            brands(labels.brands(), confusion),
            confusion,
            reliability(answers));
    return new Measured(evaluation, answers);
  }

  private static List<Answer> confident(
      List<Answer> answers, Function<Answer, Answer.Claim> claim) {
    return answers.stream()
        .filter(answer -> claim.apply(answer).verdict() == Verdict.CONFIDENT)
        .toList();
  }

  private static @Nullable Double shareRight(List<Answer> answers) {
    return Figures.share(answers.stream().filter(Answer::right).count(), answers.size());
  }

  private static Evaluation.@Nullable InService inService(
      ModelDescription model, List<Answer> answers) {
    if (model.calibration().equals(Calibration.NONE)) {
      return null;
    }
    List<Answer> confident = confident(answers, Answer::inService);
    return new Evaluation.InService(
        Figures.rounded(Claims.inService(answers).error()),
        Figures.rounded((double) confident.size() / answers.size()),
        shareRight(confident));
  }

  /** Returns one fold, or all photos outside it. Every fifth photo is in the same fold. */
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

  private static Evaluation.Trait bodyType(Labels labels, List<Judged> known) {
    return trait(labels, known, Traits::bodyType, BodyType::ofModel);
  }

  private static Evaluation.Trait decade(Labels labels, List<Judged> known) {
    return trait(labels, known, Traits::decade, Traits::decade);
  }

  private static <T> Evaluation.Trait trait(
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
    return new Evaluation.Trait(Figures.share(answered, asked), Figures.share(right, answered));
  }

  private static List<Evaluation.Brand> brands(List<String> names, int[][] confusion) {
    List<Evaluation.Brand> brands = new ArrayList<>();
    for (int b = 0; b < names.size(); b++) {
      int photos = Figures.photos(confusion, b);
      int right = confusion[b][b];
      brands.add(
          new Evaluation.Brand(
              names.get(b),
              photos,
              Figures.share(right, Figures.called(confusion, b)),
              Figures.share(right, photos),
              photos == 0 ? null : Figures.rounded(Figures.f1(confusion, b))));
    }
    return brands;
  }

  private static List<Evaluation.Reliability> reliability(List<Answer> answers) {
    List<Answer> ascending =
        answers.stream()
            .sorted(Comparator.comparingDouble(answer -> answer.crossFitted().accuracy()))
            .toList();
    List<Evaluation.Reliability> parts = new ArrayList<>();
    for (int bin = 0; bin < PARTS; bin++) {
      List<Answer> part =
          ascending.subList(bin * ascending.size() / PARTS, (bin + 1) * ascending.size() / PARTS);
      if (!part.isEmpty()) {
        parts.add(
            new Evaluation.Reliability(
                Figures.rounded(
                    part.stream()
                        .mapToDouble(answer -> answer.crossFitted().accuracy())
                        .average()
                        .orElse(0)),
                Figures.rounded((double) part.stream().filter(Answer::right).count() / part.size()),
                part.size()));
      }
    }
    return parts;
  }
}
