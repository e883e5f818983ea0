package dev.marque.vision.photo;

/**
 * How large a photo may be before it is decoded.
 *
 * @param pixels width times height by its header
 */
public record PhotoLimits(long pixels) {

  /** For photos that the user picked on this machine. */
  public static final PhotoLimits GENEROUS = new PhotoLimits(200_000_000);

  /** So many millions of pixels. */
  public static PhotoLimits megapixels(int megapixels) {
    return new PhotoLimits(megapixels * 1_000_000L);
  }
}
