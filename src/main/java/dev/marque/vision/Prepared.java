package dev.marque.vision;

import java.util.List;

/**
 * A photo ready for the network.
 *
 * @param input {@code float[height][width][3]} as one array, normalised
 * @param advice what about the photo itself would better be otherwise
 */
public record Prepared(float[] input, List<Advice> advice) {

  public Prepared {
    advice = List.copyOf(advice);
  }
}
