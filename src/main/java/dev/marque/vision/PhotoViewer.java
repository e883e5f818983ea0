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
 * Shows photos to the network: each whole, and where that leaves doubt, the part of it in which the
 * network saw a car, and the part of that part. A car that fills its photo needs one look; one that
 * stands somewhere in a street gets a second, and a third where it is small.
 *
 * <p>Any number of threads may look at a time.
 */
public final class PhotoViewer implements AutoCloseable {

  /**
   * The long side to decode photos at, for this and for judging it: scaled down to what the network
   * takes they are still averaged, also the part of a second look.
   */
  public static final int DECODED_SIDE = 400;

  /** A top brand less likely than this leaves doubt. Looking again at all photos gains no more. */
  private static final double DOUBT = 0.7;

  /** How often a photo is looked at after the first time. */
  private static final int FURTHER_LOOKS = 2;

  /** With less of a car than this there is no part to look at. */
  private static final double LEAST_CAR = 0.1;

  private final ModelDescription model;
  private final NetworkInput input;
  private final ServingProgram program;

  /**
   * What was seen.
   *
   * @param scores of all looks
   * @param first of the whole photo alone
   * @param whole the network's answer to the whole photo
   * @param carShare the share of the photo that the car takes up, 0 to 1; nothing without a car
   */
  public record View(
      Scores scores, Scores first, ServingProgram.Output whole, OptionalDouble carShare) {}

  /**
   * @param program of this model; closed with the viewer
   */
  public PhotoViewer(ModelDescription model, ServingProgram program) {
    this.model = model;
    this.input = new NetworkInput(model.input(), model.normalization());
    this.program = program;
  }

  /** A whole photo as the network takes it. */
  public float[] input(Pixels photo) {
    return input.of(photo);
  }

  /**
   * Looks at photos.
   *
   * @param photos upright
   * @param inputs their {@link #input}s, in the same order
   * @param cores over how many each pass of the network spreads
   * @return one view a photo, in order
   */
  public List<View> view(List<Pixels> photos, List<float[]> inputs, int cores) {
    List<ServingProgram.Output> whole = run(inputs, cores);
    List<Looking> all = new ArrayList<>(photos.size());
    for (int i = 0; i < photos.size(); i++) {
      all.add(new Looking(photos.get(i), whole.get(i)));
    }
    List<Looking> doubtful = all;
    for (int look = 0; look < FURTHER_LOOKS; look++) {
      doubtful = doubtful.stream().filter(Looking::isWorthAnother).toList();
      if (doubtful.isEmpty()) {
        break;
      }
      List<ServingProgram.Output> closer =
          run(doubtful.stream().map(Looking::closer).toList(), cores);
      for (int i = 0; i < closer.size(); i++) {
        doubtful.get(i).add(closer.get(i));
      }
    }
    return all.stream().map(Looking::view).toList();
  }

  /** One photo while it is looked at. */
  private final class Looking {

    private final Pixels photo;
    private final ServingProgram.Output whole;
    private final Scores first;
    private final Optional<CarPart> partOfWhole;

    private Scores scores;
    private Optional<CarPart> part;

    Looking(Pixels photo, ServingProgram.Output whole) {
      this.photo = photo;
      this.whole = whole;
      this.first = scores(whole);
      this.partOfWhole = part(first, whole, Box.all(photo));
      this.scores = first;
      this.part = partOfWhole;
    }

    boolean isWorthAnother() {
      return scores.brands()[scores.top()] < DOUBT
          && part.filter(CarPart::isWorthALook).isPresent();
    }

    /** The part to look at next, as the network takes it. */
    float[] closer() {
      return input.of(photo, part.orElseThrow().box());
    }

    /** Takes in what the network says of {@link #closer}: as much as all looks before together. */
    void add(ServingProgram.Output output) {
      Scores seen = scores(output);
      part = part(seen, output, part.orElseThrow().box());
      scores = scores.mean(seen);
    }

    private Scores scores(ServingProgram.Output output) {
      return Scores.of(output.logits(), model.labels());
    }

    private Optional<CarPart> part(Scores seen, ServingProgram.Output output, Box where) {
      int carMap = model.labels().brands().size();
      return seen.car() < LEAST_CAR ? Optional.empty() : CarPart.of(output, carMap, where);
    }

    View view() {
      OptionalDouble carShare =
          partOfWhole.map(CarPart::share).map(OptionalDouble::of).orElse(OptionalDouble.empty());
      return new View(scores, first, whole, carShare);
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
