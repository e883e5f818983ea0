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

  /** Index for a photo of no known brand or model. */
  static final int NONE = -1;

  /** Returns an example with the same label and another photo. */
  Example with(Pixels other) {
    return new Example(name, other, brand, model, car);
  }
}
