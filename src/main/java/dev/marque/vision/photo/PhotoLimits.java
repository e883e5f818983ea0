package dev.marque.vision.photo;

/**
 * Size limits that are checked before a photo is decoded.
 *
 * @param pixels maximum of width times height, according to the header
 */
public record PhotoLimits(long pixels) {

  /** For local files chosen by the user. */
  public static final PhotoLimits GENEROUS = new PhotoLimits(200_000_000);

  /** Returns a limit in millions of pixels. */
  public static PhotoLimits megapixels(int megapixels) {
    return new PhotoLimits(megapixels * 1_000_000L);
  }
}
