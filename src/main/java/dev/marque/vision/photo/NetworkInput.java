package dev.marque.vision.photo;

/**
 * Prepares photos for the network: scales them to one size, ignoring their aspect ratio, and
 * normalises them.
 */
public record NetworkInput(Size size, Normalization normalization) {

  /** Returns a complete photo as {@code float[height][width][3]} in one array. */
  public float[] of(Pixels photo) {
    return of(photo, Box.all(photo));
  }

  /** Returns a part of a photo as {@code float[height][width][3]} in one array. */
  public float[] of(Pixels photo, Box part) {
    float[] values = new float[size.values()];
    Resampling.scale(photo, part, false, size.width(), size.height(), values);
    normalization.apply(values, 0, values.length);
    return values;
  }
}
