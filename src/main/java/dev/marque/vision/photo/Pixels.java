package dev.marque.vision.photo;

/**
 * An upright photo in memory.
 *
 * @param rgb {@code rgb[(y * width + x) * 3 + channel]}, red first
 */
public record Pixels(int width, int height, byte[] rgb) {

  public Pixels {
    if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
      throw new IllegalArgumentException(
          rgb.length + " bytes do not match a photo of " + width + " x " + height);
    }
  }
}
