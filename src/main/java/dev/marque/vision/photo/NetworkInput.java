package dev.marque.vision.photo;

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
}
