package dev.marque.vision;

import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.Box;
import dev.marque.vision.photo.NetworkInput;
import dev.marque.vision.photo.Pixels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Runs the network on photos. The first look at a photo is a forward pass on all of it. If its
 * confidence is low and the car does not fill the photo, a second look follows: a forward pass on a
 * crop around the car that the network located. Under the same conditions, a third look follows on
 * a crop of that crop.
 *
 * <p>Thread-safe.
 */
public final class PhotoViewer implements AutoCloseable {

  /**
   * The long side in pixels at which to decode photos, for serving and for evaluation: large enough
   * that the photo, and usually the crop of a second look too, is scaled down for the network.
   */
  public static final int DECODED_SIDE = 400;

  /**
   * Probability of the top brand below which another look follows. Taking further looks at all
   * photos is not more accurate.
   */
  private static final double LOW_CONFIDENCE = 0.7;

  /** Maximum number of further looks. */
  private static final int MAX_FURTHER_LOOKS = 2;

  /** Car probability below which no car is located. */
  private static final double MIN_CAR_PROBABILITY = 0.1;

  private final ModelDescription model;
  private final NetworkInput input;
  private final ServingProgram program;

  /**
   * The result for one photo.
   *
   * @param scores scores of all looks combined
   * @param first scores of the first look
   * @param firstOutput the network's output of the first look, on the complete photo
   * @param carShare share of the photo that the car covers, 0 to 1; empty without a car
   */
  public record View(
      Scores scores, Scores first, ServingProgram.Output firstOutput, OptionalDouble carShare) {}

  /**
   * @param program serving program of this model, closed together with the viewer
   */
  public PhotoViewer(ModelDescription model, ServingProgram program) {
    this.model = model;
    this.input = new NetworkInput(model.input(), model.normalization());
    this.program = program;
  }

  /** Returns a complete photo as input of the network. */
  public float[] input(Pixels photo) {
    return input.of(photo);
  }

  /**
   * Runs the network on photos.
   *
   * @param photos upright photos
   * @param inputs their {@link #input}s, in the same order
   * @param cores number of threads per forward pass
   * @return one view per photo, in the same order
   */
  public List<View> view(List<Pixels> photos, List<float[]> inputs, int cores) {
    List<ServingProgram.Output> firstOutputs = run(inputs, cores);
    List<Inspection> all = new ArrayList<>(photos.size());
    for (int i = 0; i < photos.size(); i++) {
      all.add(new Inspection(photos.get(i), firstOutputs.get(i)));
    }
    List<Inspection> unsure = all;
    for (int look = 0; look < MAX_FURTHER_LOOKS; look++) {
      unsure = unsure.stream().filter(Inspection::needsAnotherLook).toList();
      if (unsure.isEmpty()) {
        break;
      }
      List<ServingProgram.Output> outputs =
          run(unsure.stream().map(Inspection::crop).toList(), cores);
      for (int i = 0; i < outputs.size(); i++) {
        unsure.get(i).add(outputs.get(i));
      }
    }
    return all.stream().map(Inspection::view).toList();
  }

  /** The state of one photo between its looks. */
  private final class Inspection {

    private final Pixels photo;
    private final ServingProgram.Output firstOutput;
    private final Scores first;
    private final Optional<CarPart> firstPart;

    private Scores scores;
    private Optional<CarPart> part;

    Inspection(Pixels photo, ServingProgram.Output firstOutput) {
      this.photo = photo;
      this.firstOutput = firstOutput;
      this.first = scores(firstOutput);
      this.firstPart = part(first, firstOutput, Box.all(photo));
      this.scores = first;
      this.part = firstPart;
    }

    boolean needsAnotherLook() {
      return scores.brands()[scores.top()] < LOW_CONFIDENCE
          && part.filter(CarPart::isWorthCropping).isPresent();
    }

    /** Returns the crop for the next look as input of the network. */
    float[] crop() {
      return input.of(photo, part.orElseThrow().box());
    }

    /** Adds the output for {@link #crop}, weighted as much as all previous looks together. */
    void add(ServingProgram.Output output) {
      Scores seen = scores(output);
      part = part(seen, output, part.orElseThrow().box());
      scores = scores.mean(seen);
    }

    private Scores scores(ServingProgram.Output output) {
      return Scores.of(output.logits(), model.labels());
    }

    private Optional<CarPart> part(Scores seen, ServingProgram.Output output, Box region) {
      int carMap = model.labels().brands().size();
      return seen.car() < MIN_CAR_PROBABILITY
          ? Optional.empty()
          : CarPart.of(output, carMap, region);
    }

    View view() {
      OptionalDouble carShare =
          firstPart.map(CarPart::share).map(OptionalDouble::of).orElse(OptionalDouble.empty());
      return new View(scores, first, firstOutput, carShare);
    }
  }

  private List<ServingProgram.Output> run(List<float[]> inputs, int cores) {
    return program.run(inputs, input.size(), cores);
  }

  @Override
  public void close() {
    program.close();
  }
}
