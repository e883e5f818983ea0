package dev.marque.vision.photo;

/** Determines the coding process of a JPEG (ITU-T T.81, table B.1). */
final class JpegFrame {

  private static final int FIRST = 0xc0;
  private static final int LAST = 0xcf;

  private JpegFrame() {}

  /**
   * Returns the number of the start-of-frame marker: 0 baseline, 2 progressive, 3 lossless; -1 if
   * there is none. Skips bytes that do not belong to a marker, as decoders do.
   */
  static int kind(byte[] jpeg) {
    int at = 2;
    while (at + 4 <= jpeg.length) {
      int marker = (jpeg[at] & 0xff) == 0xff ? jpeg[at + 1] & 0xff : 0;
      if (marker == 0 || marker == 0xff) {
        at++;
      } else if (marker >= FIRST && marker <= LAST && !isTable(marker)) {
        return marker - FIRST;
      } else {
        at += isStandalone(marker) ? 2 : 2 + twoBytes(jpeg, at + 2);
      }
    }
    return -1;
  }

  /** Markers without a segment: temporary use, restarts, start and end of image. */
  private static boolean isStandalone(int marker) {
    return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd9);
  }

  private static int twoBytes(byte[] jpeg, int at) {
    return ((jpeg[at] & 0xff) << 8) | (jpeg[at + 1] & 0xff);
  }

  /** Markers in this range that are not frames: Huffman tables, extensions, arithmetic coding. */
  private static boolean isTable(int marker) {
    return marker == 0xc4 || marker == 0xc8 || marker == 0xcc;
  }
}
