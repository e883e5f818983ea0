package dev.marque.vision.photo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Looks at the size that a WebP file claims of itself (RFC 9649, 2.4). Its decoder here does not:
 * half of a file may become a picture with half of it made up, where a browser shows none.
 */
final class RiffSize {

  private static final int AT = 4;

  /** The name and the size itself, which do not count. */
  private static final int BEFORE = 8;

  private RiffSize() {}

  /** Whether some of it is missing. */
  static boolean isBeyondEnd(byte[] webp) {
    int size = ByteBuffer.wrap(webp).order(ByteOrder.LITTLE_ENDIAN).getInt(AT);
    return Integer.toUnsignedLong(size) > webp.length - BEFORE;
  }
}
