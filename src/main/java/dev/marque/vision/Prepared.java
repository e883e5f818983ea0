package dev.marque.vision;

import dev.marque.vision.photo.Pixels;
import java.util.List;

/**
 * A photo ready for the network.
 *
 * @param photo upright, for a closer look at a part of it
 * @param input {@code float[height][width][3]} as one array, normalised
 * @param advice what about the photo itself would better be otherwise
 */
public record Prepared(Pixels photo, float[] input, List<Advice> advice) {

  public Prepared {
    advice = List.copyOf(advice);
  }
}
