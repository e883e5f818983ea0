package dev.marque.vision.photo;

import java.util.OptionalLong;

/**
 * How much memory the decoder of a photo takes, by its header.
 *
 * @param heap bytes of the heap
 * @param outside bytes beside it
 * @param mostAllocated bytes that it may allocate one after the other; empty where no header lies
 *     about them
 */
record DecodingNeed(long heap, long outside, OptionalLong mostAllocated) {

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
   * For tables, which no header tells of. A WebP without loss of 4 x 4 pixels may have 65,536
   * groups of them, of six bytes each in the file and 5.5 kB in the heap; what writes honest ones
   * stays below 2,600.
   */
  private static final long TABLES = 64 << 20;

  /** What the decoder of WebP with loss allocates for a pixel and gives up at once. */
  private static final int GIVEN_UP = 100;

  DecodingNeed(long heap, long outside) {
    this(heap, outside, OptionalLong.empty());
  }

  /**
   * @param thinned pixels that are left of it
   */
  static DecodingNeed of(byte[] photo, PhotoFormat format, int width, int height, long thinned) {
    long pixels = (long) width * height;
    long always = thinned * COPIES + (long) width * LINES;
    return switch (format) {
      case JPEG -> ofJpeg(photo, always, pixels);
      case WEBP -> ofWebp(photo, always, pixels);
      case TIFF -> new DecodingNeed(always + pixels * WHOLE, 0);
      case PNG, GIF, BMP, HEIC, AVIF -> new DecodingNeed(always, 0);
    };
  }

  private static DecodingNeed ofJpeg(byte[] photo, long always, long pixels) {
    int frame = JpegFrame.kind(photo);
    // Where none is found here, a decoder may still find one, of the kind that takes most.
    return frame == LOSSLESS_FRAME || frame < 0
        ? new DecodingNeed(always + pixels * LOSSLESS_JPEG, 0)
        : new DecodingNeed(always, pixels * COEFFICIENTS);
  }

  private static DecodingNeed ofWebp(byte[] photo, long always, long pixels) {
    boolean withLoss = WebpChunks.has(photo, "VP8 ");
    // Transparency beside it is without loss, and so is everything where metadata come first.
    boolean nothingElse = withLoss && !WebpChunks.has(photo, "VP8X");
    long heap = always + pixels * (nothingElse ? 1 : WHOLE);
    long givenUp = withLoss ? pixels * GIVEN_UP : 0;
    return new DecodingNeed(heap, 0, OptionalLong.of(heap + givenUp + TABLES));
  }
}
