package dev.marque.vision;

import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.NetworkInput;
import dev.marque.vision.photo.Pixels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Shows photos to the network: each whole, and where that leaves doubt, once more the part of it in
 * which the network saw a car. A car that fills its photo needs one look; one that stands somewhere
 * in a street gets a second.
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
    List<Scores> first = new ArrayList<>(photos.size());
    List<OptionalDouble> carShares = new ArrayList<>(photos.size());
    List<Integer> again = new ArrayList<>();
    List<float[]> parts = new ArrayList<>();
    for (int i = 0; i < photos.size(); i++) {
      Scores scores = Scores.of(whole.get(i).logits(), model.labels());
      first.add(scores);
      Optional<CarPart> part =
          scores.car() < LEAST_CAR
              ? Optional.empty()
              : CarPart.of(whole.get(i), carMap(), photos.get(i));
      carShares.add(
          part.map(CarPart::share).map(OptionalDouble::of).orElse(OptionalDouble.empty()));
      if (scores.brands()[scores.top()] < DOUBT && part.filter(CarPart::isWorthALook).isPresent()) {
        again.add(i);
        parts.add(input.of(photos.get(i), part.get().box()));
      }
    }
    List<Scores> scores = new ArrayList<>(first);
    if (!again.isEmpty()) {
      List<ServingProgram.Output> seconds = run(parts, cores);
      for (int i = 0; i < seconds.size(); i++) {
        Scores second = Scores.of(seconds.get(i).logits(), model.labels());
        scores.set(again.get(i), first.get(again.get(i)).mean(second));
      }
    }
    List<View> views = new ArrayList<>(photos.size());
    for (int i = 0; i < photos.size(); i++) {
      views.add(new View(scores.get(i), first.get(i), whole.get(i), carShares.get(i)));
    }
    return views;
  }

  private List<ServingProgram.Output> run(List<float[]> inputs, int cores) {
    return program.run(inputs, input.size(), cores);
  }

  private int carMap() {
    return model.labels().brands().size();
  }

  @Override
  public void close() {
    program.close();
  }
}
