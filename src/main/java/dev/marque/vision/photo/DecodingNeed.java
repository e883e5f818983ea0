package dev.marque.vision.photo;

import java.util.OptionalLong;

/**
 * The memory that decoding a photo takes, estimated from its header.
 *
 * @param heap bytes in the heap
 * @param offHeap bytes outside the heap
 * @param maxAllocated maximum number of bytes that the decoder may allocate in total; empty if the
 *     header determines the number
 */
record DecodingNeed(long heap, long offHeap, OptionalLong maxAllocated) {

  /**
   * Bytes per decoded pixel: as decoded, without transparency, packed, as RGB, and rotated upright.
   */
  private static final int COPIES = 16;

  /** Bytes per pixel of a row of 16-bit RGBA samples: current, previous, and two intermediate. */
  private static final int LINES = 4 * 8;

  /** Bytes per pixel of the file for a decoder that cannot subsample. */
  private static final int FULL_SIZE = 6;

  /** Bytes per pixel for the coefficients of a multi-scan JPEG, in native memory. */
  private static final int COEFFICIENTS = 6;

  /** Bytes per pixel for the samples of a lossless JPEG and their conversions. */
  private static final int LOSSLESS_JPEG = 20;

  private static final int LOSSLESS_FRAME = 3;

  /**
   * Allowance for Huffman tables, whose number is not in any header. A lossless WebP of 4 x 4
   * pixels may have 65,536 groups of them, of six bytes each in the file and 5.5 kB in the heap;
   * ordinary encoders stay below 2,600.
   */
  private static final long TABLES = 64 << 20;

  /** Bytes per pixel that the lossy WebP decoder allocates and immediately discards. */
  private static final int TEMPORARY = 100;

  DecodingNeed(long heap, long offHeap) {
    this(heap, offHeap, OptionalLong.empty());
  }

  /**
   * @param subsampled number of pixels after subsampling
   */
  static DecodingNeed of(byte[] photo, PhotoFormat format, int width, int height, long subsampled) {
    long pixels = (long) width * height;
    long common = subsampled * COPIES + (long) width * LINES;
    return switch (format) {
      case JPEG -> ofJpeg(photo, common, pixels);
      case WEBP -> ofWebp(photo, common, pixels);
      case TIFF -> new DecodingNeed(common + pixels * FULL_SIZE, 0);
      case PNG, GIF, BMP, HEIC, AVIF -> new DecodingNeed(common, 0);
    };
  }

  /**
   * Returns this need and that of one tile, which is decoded as a whole. A TIFF's tiles may be
   * larger than the image.
   */
  DecodingNeed plusTile(int width, int height) {
    long pixels = Math.min((long) width * height, Integer.MAX_VALUE);
    return new DecodingNeed(heap + pixels * FULL_SIZE, offHeap, maxAllocated);
  }

  private static DecodingNeed ofJpeg(byte[] photo, long common, long pixels) {
    int frame = JpegFrame.kind(photo);
    // If none is found here, a decoder may still find one, in the worst case a lossless one.
    return frame == LOSSLESS_FRAME || frame < 0
        ? new DecodingNeed(common + pixels * LOSSLESS_JPEG, 0)
        : new DecodingNeed(common, pixels * COEFFICIENTS);
  }

  private static DecodingNeed ofWebp(byte[] photo, long common, long pixels) {
    boolean lossy = WebpChunks.has(photo, "VP8 ");
    // An extended file (VP8X) may contain a lossless alpha channel or a lossless image.
    boolean lossyOnly = lossy && !WebpChunks.has(photo, "VP8X");
    long heap = common + pixels * (lossyOnly ? 1 : FULL_SIZE);
    long temporary = lossy ? pixels * TEMPORARY : 0;
    return new DecodingNeed(heap, 0, OptionalLong.of(heap + temporary + TABLES));
  }
}
