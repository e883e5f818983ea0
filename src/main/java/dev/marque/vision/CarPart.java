package dev.marque.vision;

import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.Box;
import dev.marque.vision.photo.Pixels;
import java.util.Optional;

/**
 * The part of a photo in which the network saw a car, by its class activation map.
 *
 * @param share of the photo that it takes up, 0 to 1
 */
record CarPart(Box box, double share) {

  /** Cells with at least this share of the strongest cell's value are of the car. */
  private static final double OF_STRONGEST = 0.4;

  /** Cells see a little more than their own place: half a cell more on each side. */
  private static final double MARGIN = 0.5;

  /** A part larger than this share of the photo shows little that the whole did not. */
  private static final double LARGEST = 0.65;

  /**
   * Finds the part.
   *
   * @param map index of the car's map
   * @return nothing where no cell saw a car
   */
  static Optional<CarPart> of(ServingProgram.Output output, int map, Pixels photo) {
    int columns = output.columns();
    int cells = output.rows() * columns;
    int at = map * cells;
    float strongest = 0;
    for (int i = 0; i < cells; i++) {
      strongest = Math.max(strongest, output.maps()[at + i]);
    }
    if (strongest <= 0) {
      return Optional.empty();
    }
    int left = columns;
    int right = -1;
    int top = output.rows();
    int bottom = -1;
    for (int i = 0; i < cells; i++) {
      if (output.maps()[at + i] >= OF_STRONGEST * strongest) {
        left = Math.min(left, i % columns);
        right = Math.max(right, i % columns);
        top = Math.min(top, i / columns);
        bottom = Math.max(bottom, i / columns);
      }
    }
    double across = (double) photo.width() / columns;
    double down = (double) photo.height() / output.rows();
    Box part =
        new Box(
            Math.max(0, (left - MARGIN) * across),
            Math.max(0, (top - MARGIN) * down),
            Math.min(photo.width(), (right + 1 + MARGIN) * across),
            Math.min(photo.height(), (bottom + 1 + MARGIN) * down));
    double share = part.width() * part.height() / ((double) photo.width() * photo.height());
    return Optional.of(new CarPart(part, share));
  }

  /** Whether looking at the part alone shows more of the car than the whole photo did. */
  boolean isWorthALook() {
    return share <= LARGEST;
  }
}
