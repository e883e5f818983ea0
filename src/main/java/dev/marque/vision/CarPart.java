package dev.marque.vision;

import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.Box;
import java.util.Optional;

/**
 * The part of a region in which the network located a car, by its class activation map.
 *
 * @param box bounds in the photo
 * @param share of the region's area that the part covers, 0 to 1
 */
record CarPart(Box box, double share) {

  /** Cells with at least this share of the maximum activation belong to the car. */
  private static final double THRESHOLD = 0.4;

  /** Margin in cells on each side, because cells respond to a little more than their own area. */
  private static final double MARGIN = 0.5;

  /** A crop that covers more than this share of the region shows little more than the region. */
  private static final double MAX_SHARE = 0.65;

  /**
   * Locates the car.
   *
   * @param map index of the car's activation map
   * @param region what the network was given: the photo or a crop of it
   * @return empty if no cell has a positive activation
   */
  static Optional<CarPart> of(ServingProgram.Output output, int map, Box region) {
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
      if (output.maps()[at + i] >= THRESHOLD * strongest) {
        left = Math.min(left, i % columns);
        right = Math.max(right, i % columns);
        top = Math.min(top, i / columns);
        bottom = Math.max(bottom, i / columns);
      }
    }
    double across = region.width() / columns;
    double down = region.height() / output.rows();
    Box part =
        new Box(
            region.left() + Math.max(0, (left - MARGIN) * across),
            region.top() + Math.max(0, (top - MARGIN) * down),
            region.left() + Math.min(region.width(), (right + 1 + MARGIN) * across),
            region.top() + Math.min(region.height(), (bottom + 1 + MARGIN) * down));
    double share = part.width() * part.height() / (region.width() * region.height());
    return Optional.of(new CarPart(part, share));
  }

  /** Returns whether a crop of this part shows the car noticeably larger than the region does. */
  boolean isWorthCropping() {
    return share <= MAX_SHARE;
  }
}
