package dev.marque.vision;

import dev.marque.vision.photo.Pixels;
import java.util.List;

/**
 * A photo that is ready for the network.
 *
 * @param photo the upright photo, for crops
 * @param input {@code float[height][width][3]} in one array, normalised
 * @param advice advice that follows from the pixels alone
 */
public record Prepared(Pixels photo, float[] input, List<Advice> advice) {

  public Prepared {
    advice = List.copyOf(advice);
  }
}
