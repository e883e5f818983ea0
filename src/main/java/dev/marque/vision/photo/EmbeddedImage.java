package dev.marque.vision.photo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;

/**
 * Detects BMP and TIFF files that embed a JPEG or PNG image. Their headers do not bound the size of
 * the embedded image, which would be decoded without a limit.
 */
final class EmbeddedImage {

  /** Offsets in a BMP file: the size of its second header, and the compression within that. */
  private static final int BMP_HEADER = 14;

  private static final int BMP_COMPRESSION = 30;

  /** Size of the second header since Windows 3; the older one has no compression field. */
  private static final int WITH_COMPRESSION = 40;

  private static final Set<Integer> BMP_JPEG_AND_PNG = Set.of(4, 5);

  private static final int TIFF_COMPRESSION = 259;
  private static final int ENTRY = 12;
  private static final int SHORT = 3;
  private static final int LONG = 4;

  /**
   * None, fax encodings, LZW, deflate (two codes) and PackBits (TIFF 6.0; Adobe Photoshop TIFF
   * Technical Notes).
   */
  private static final Set<Integer> TIFF_NATIVE = Set.of(1, 2, 3, 4, 5, 8, 32773, 32946);

  private EmbeddedImage() {}

  /** Returns whether the file contains, or may contain, an image of another format. */
  static boolean isIn(byte[] photo, PhotoFormat format) {
    return switch (format) {
      case BMP -> isInBmp(photo);
      case TIFF -> isInTiff(photo);
      default -> false;
    };
  }

  private static boolean isInBmp(byte[] photo) {
    if (photo.length < BMP_COMPRESSION + 4) {
      return false;
    }
    ByteBuffer fields = ByteBuffer.wrap(photo).order(ByteOrder.LITTLE_ENDIAN);
    return Integer.compareUnsigned(fields.getInt(BMP_HEADER), WITH_COMPRESSION) >= 0
        && BMP_JPEG_AND_PNG.contains(fields.getInt(BMP_COMPRESSION));
  }

  /** Checks only the first image, since no other is decoded. */
  private static boolean isInTiff(byte[] photo) {
    ByteBuffer fields =
        ByteBuffer.wrap(photo)
            .order(photo[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    if (photo.length < 8) {
      return false;
    }
    long directory = Integer.toUnsignedLong(fields.getInt(4));
    if (directory + 2 > photo.length) {
      return false;
    }
    int entries = Short.toUnsignedInt(fields.getShort((int) directory));
    for (int i = 0; i < entries; i++) {
      long at = directory + 2 + (long) i * ENTRY;
      if (at + ENTRY > photo.length) {
        return false;
      }
      if (Short.toUnsignedInt(fields.getShort((int) at)) == TIFF_COMPRESSION
          && !isNative(fields, (int) at)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isNative(ByteBuffer fields, int entry) {
    int type = fields.getShort(entry + 2);
    boolean single = fields.getInt(entry + 4) == 1;
    int value =
        type == SHORT
            ? Short.toUnsignedInt(fields.getShort(entry + 8))
            : type == LONG ? fields.getInt(entry + 8) : -1;
    return single && TIFF_NATIVE.contains(value);
  }
}
