package dev.marque.vision.photo;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Checks the size field of a photo's colour profile (ICC.1:2022, 7.2.2). The decoder allocates that
 * much memory before it reads the profile, up to two gigabytes.
 */
final class ProfileSize {

  private static final byte[] IN_WEBP = "ICCP".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] IN_JPEG = "ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII);

  /** Bytes between name and profile: the chunk length in WebP; part number and count in JPEG. */
  private static final int WEBP_LENGTH = 4;

  private static final int JPEG_NUMBERS = 2;

  private ProfileSize() {}

  /** Returns whether a profile claims to be larger than the rest of the file. */
  static boolean isImpossible(byte[] photo, PhotoFormat format) {
    return switch (format) {
      case WEBP -> isImpossible(photo, IN_WEBP, WEBP_LENGTH);
      case JPEG -> isImpossible(photo, IN_JPEG, JPEG_NUMBERS);
      default -> false;
    };
  }

  /** Searches the whole file, since it is unclear where a decoder reads in a damaged file. */
  private static boolean isImpossible(byte[] photo, byte[] name, int between) {
    ByteBuffer bytes = ByteBuffer.wrap(photo);
    int last = photo.length - name.length - between - Integer.BYTES;
    boolean first = true;
    for (int at = 0; at <= last; at++) {
      if (photo[at] == name[0] && startsWith(photo, at, name)) {
        int profile = at + name.length + between;
        // In a profile of several parts, only the first starts with its size.
        boolean begins = first || between == WEBP_LENGTH || photo[at + name.length] == 1;
        int size = bytes.getInt(profile);
        if (begins && (size < 0 || size > photo.length - profile)) {
          return true;
        }
        first = false;
      }
    }
    return false;
  }

  private static boolean startsWith(byte[] photo, int at, byte[] name) {
    for (int i = 1; i < name.length; i++) {
      if (photo[at + i] != name[i]) {
        return false;
      }
    }
    return true;
  }
}
