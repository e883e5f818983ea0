package dev.marque.vision.photo;

import java.util.List;

/**
 * How photos are made ready for the network: scaled to one size, whatever their shape, and
 * normalised.
 */
public record NetworkInput(Size size, Normalization normalization) {

  /** A whole photo, as {@code float[height][width][3]} in one array. */
  public float[] of(Pixels photo) {
    return of(photo, Box.all(photo));
  }

  /** A part of a photo likewise. */
  public float[] of(Pixels photo, Box part) {
    float[] values = new float[size.values()];
    Resampling.scale(photo, part, false, size.width(), size.height(), values);
    normalization.apply(values, 0, values.length);
    return values;
  }

  /** Several inputs of this size one after the other, as a batch. */
  public float[] batch(List<float[]> inputs) {
    float[] batch = new float[inputs.size() * size.values()];
    for (int i = 0; i < inputs.size(); i++) {
      System.arraycopy(inputs.get(i), 0, batch, i * size.values(), size.values());
    }
    return batch;
  }
}
