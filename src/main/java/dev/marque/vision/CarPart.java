package dev.marque.vision;

import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.Box;
import java.util.Optional;

/**
 * The part of what was looked at in which the network saw a car, by its class activation map.
 *
 * @param box in the photo
 * @param share of what was looked at that it takes up, 0 to 1
 */
record CarPart(Box box, double share) {

  /** Cells with at least this share of the strongest cell's value are of the car. */
  private static final double OF_STRONGEST = 0.4;

  /** Cells see a little more than their own place: half a cell more on each side. */
  private static final double MARGIN = 0.5;

  /** A part larger than this share shows little that the whole did not. */
  private static final double LARGEST = 0.65;

  /**
   * Finds the part.
   *
   * @param map index of the car's map
   * @param seen what was looked at: the whole photo or a part of it
   * @return nothing where no cell saw a car
   */
  static Optional<CarPart> of(ServingProgram.Output output, int map, Box seen) {
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
    double across = seen.width() / columns;
    double down = seen.height() / output.rows();
    Box part =
        new Box(
            seen.left() + Math.max(0, (left - MARGIN) * across),
            seen.top() + Math.max(0, (top - MARGIN) * down),
            seen.left() + Math.min(seen.width(), (right + 1 + MARGIN) * across),
            seen.top() + Math.min(seen.height(), (bottom + 1 + MARGIN) * down));
    double share = part.width() * part.height() / (seen.width() * seen.height());
    return Optional.of(new CarPart(part, share));
  }

  /** Whether looking at the part alone shows more of the car than what was looked at did. */
  boolean isWorthALook() {
    return share <= LARGEST;
  }
}
