package dev.marque.vision;

import dev.marque.vision.network.Precision;
import dev.marque.vision.network.PyTorch;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.Pixels;
import dev.marque.vision.photo.Size;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Recognizes the brand of the car in a photo.
 *
 * <p>Thread-safe.
 */
public final class Recognizer implements AutoCloseable {

  private static final int CLOSEST_MODELS = 3;

  private final ModelDescription model;
  private final Precision precision;
  private final PhotoViewer viewer;
  private final Traits.Reader traits;

  private Recognizer(ModelDescription model, Precision precision, PhotoViewer viewer) {
    this.model = model;
    this.precision = precision;
    this.viewer = viewer;
    this.traits = new Traits.Reader(model.labels().models());
  }

  /**
   * Loads a model from a folder and warms up the network, so that the first photo is not slow.
   *
   * @throws dev.marque.vision.network.InvalidModelException if a file is missing, truncated or does
   *     not match the others; the message says which and why
   */
  public static Recognizer load(Path folder) {
    LoadedModel loaded = LoadedModel.read(folder);
    PrecisionChoice choice = PrecisionChoice.of(loaded);
    return warm(loaded, choice.precision(), choice.program());
  }

  static Recognizer warm(LoadedModel loaded, Precision precision, ServingProgram program) {
    Recognizer recognizer =
        new Recognizer(
            loaded.description(), precision, new PhotoViewer(loaded.description(), program));
    recognizer.warmUp();
    return recognizer;
  }

  private void warmUp() {
    Size size = model.input();
    byte[] grey = new byte[size.values()];
    java.util.Arrays.fill(grey, (byte) 128);
    Prepared photo = prepare(new Pixels(size.width(), size.height(), grey));
    for (int i = 0; i < 3; i++) {
      recognize(List.of(photo));
    }
  }

  public ModelDescription model() {
    return model;
  }

  /** Returns the precision that the network computes with on this machine. */
  public Precision precision() {
    return precision;
  }

  /** Scales and normalises an upright photo. */
  public Prepared prepare(Pixels photo) {
    return new Prepared(photo, viewer.input(photo), Advice.of(photo));
  }

  /** Like {@link #recognize(List, int)}, on all cores. */
  public List<Recognition> recognize(List<Prepared> photos) {
    return recognize(photos, PyTorch.ALL_CORES);
  }

  /**
   * Runs the network once on all photos, and up to twice more on those with low confidence.
   *
   * @param cores number of threads per forward pass; concurrent calls use threads of their own
   * @return one recognition per photo, in the same order
   */
  public List<Recognition> recognize(List<Prepared> photos, int cores) {
    List<PhotoViewer.View> views =
        viewer.view(
            photos.stream().map(Prepared::photo).toList(),
            photos.stream().map(Prepared::input).toList(),
            cores);
    List<Recognition> recognitions = new ArrayList<>(photos.size());
    for (int i = 0; i < photos.size(); i++) {
      recognitions.add(recognition(views.get(i), photos.get(i)));
    }
    return recognitions;
  }

  private Recognition recognition(PhotoViewer.View view, Prepared photo) {
    Scores scores = view.scores();
    Calibration calibration = model.calibration();
    double[] brands = calibration.brands(scores);
    Verdict verdict = calibration.verdict(scores);
    return new Recognition(
        model.name(),
        verdict,
        scores.car(),
        calibration.accuracyAt(brands[scores.top()]),
        ranked(model.labels().brands(), brands),
        closestModels(scores),
        verdict == Verdict.NOT_A_CAR ? Traits.NONE : traits.read(scores.models()),
        Stream.concat(photo.advice().stream(), Advice.of(view).stream()).map(Advice::code).toList(),
        heatMap(view.firstOutput(), scores.top()));
  }

  private List<Scored> closestModels(Scores scores) {
    List<Labels.Model> models = model.labels().models();
    return IntStream.range(0, models.size())
        .filter(m -> models.get(m).brand() != null)
        // A photo without a known model is labelled with its brand.
        .filter(m -> !models.get(m).name().equals(models.get(m).brand()))
        .mapToObj(m -> new Scored(models.get(m).name(), scores.models()[m]))
        .sorted(Comparator.comparingDouble(Scored::probability).reversed())
        .limit(CLOSEST_MODELS)
        .toList();
  }

  private static List<Scored> ranked(List<String> names, double[] probabilities) {
    return IntStream.range(0, names.size())
        .mapToObj(i -> new Scored(names.get(i), probabilities[i]))
        .sorted(Comparator.comparingDouble(Scored::probability).reversed())
        .toList();
  }

  private static HeatMap heatMap(ServingProgram.Output output, int brand) {
    int cells = output.rows() * output.columns();
    float[] map = new float[cells];
    float highest = 0;
    for (int i = 0; i < cells; i++) {
      map[i] = Math.max(0, output.maps()[brand * cells + i]);
      highest = Math.max(highest, map[i]);
    }
    if (highest > 0) {
      for (int i = 0; i < cells; i++) {
        map[i] /= highest;
      }
    }
    return new HeatMap(output.columns(), output.rows(), map);
  }

  @Override
  public void close() {
    viewer.close();
  }
}
