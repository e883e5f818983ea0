package dev.marque.vision.photo;

/**
 * How much memory the decoder of a photo takes, by its header.
 *
 * @param heap bytes of the heap
 * @param outside bytes beside it
 */
record DecodingNeed(long heap, long outside) {

  /**
   * A decoded pixel as it comes, without transparency, packed, as plain RGB, and turned upright.
   */
  private static final int COPIES = 16;

  /** A line of 16-bit samples with transparency: this one, the one before, and two on the way. */
  private static final int LINES = 4 * 8;

  /** What a decoder that cannot thin out holds of every pixel of the file. */
  private static final int WHOLE = 6;

  /** All coefficients of a JPEG of several scans, in the memory of the decoder in C. */
  private static final int COEFFICIENTS = 6;

  /** The values of a lossless JPEG and what becomes of them. */
  private static final int LOSSLESS_JPEG = 20;

  private static final int LOSSLESS_FRAME = 3;

  /**
   * @param thinned pixels that are left of it
   */
  static DecodingNeed of(byte[] photo, PhotoFormat format, int width, int height, long thinned) {
    long pixels = (long) width * height;
    long always = thinned * COPIES + (long) width * LINES;
    return switch (format) {
      case JPEG ->
          JpegFrame.kind(photo) == LOSSLESS_FRAME
              ? new DecodingNeed(always + pixels * LOSSLESS_JPEG, 0)
              : new DecodingNeed(always, pixels * COEFFICIENTS);
      case WEBP -> new DecodingNeed(always + pixels * (isLossyWebp(photo) ? 1 : WHOLE), 0);
      case TIFF -> new DecodingNeed(always + pixels * WHOLE, 0);
      case PNG, GIF, BMP, HEIC, AVIF -> new DecodingNeed(always, 0);
    };
  }

  /**
   * The first chunk of a WebP without transparency, profile or metadata: {@code VP8} and a space.
   */
  private static boolean isLossyWebp(byte[] photo) {
    return photo.length > 15 && photo[12] == 'V' && photo[14] == '8' && photo[15] == ' ';
  }
}
