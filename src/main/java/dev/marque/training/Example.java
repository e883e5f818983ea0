package dev.marque.training;

import dev.marque.vision.photo.Pixels;

/**
 * A labelled photo in memory.
 *
 * @param name its path in the data set
 * @param brand index of its brand, or {@link #NONE}
 * @param model index of its model, or {@link #NONE}
 * @param car whether it shows a car
 */
record Example(String name, Pixels photo, int brand, int model, boolean car) {

  /** No brand, no model: the photo is of none that is known. */
  static final int NONE = -1;

  /** The same label on another photo. */
  Example with(Pixels other) {
    return new Example(name, other, brand, model, car);
  }
}
