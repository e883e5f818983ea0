package dev.marque.vision.photo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/** The chunks that a WebP file consists of (RFC 9649, 2.3 and 2.4), by their heads alone. */
final class WebpChunks {

  private static final int SIZE_AT = 4;
  private static final int BEFORE_SIZE_COUNTS = 8;
  private static final int FIRST = 12;
  private static final int HEAD = 8;

  private WebpChunks() {}

  /**
   * Whether the file has fewer bytes than it claims. The decoder here does not look: half of a file
   * may become a picture with half of it made up, where a browser shows none.
   */
  static boolean areCutShort(byte[] file) {
    long claimed = Integer.toUnsignedLong(bytes(file).getInt(SIZE_AT));
    return claimed > file.length - BEFORE_SIZE_COUNTS;
  }

  /**
   * Whether there is a chunk of this name.
   *
   * @param name of four letters
   */
  static boolean has(byte[] file, String name) {
    return find(file, name).isPresent();
  }

  /** The content of the first chunk of this name that is all there. */
  static Optional<byte[]> content(byte[] file, String name) {
    OptionalInt found = find(file, name);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    int from = found.getAsInt() + HEAD;
    long end = from + length(file, found.getAsInt());
    return end <= file.length
        ? Optional.of(Arrays.copyOfRange(file, from, (int) end))
        : Optional.empty();
  }

  private static OptionalInt find(byte[] file, String name) {
    for (long at = FIRST; at + HEAD <= file.length; ) {
      if (new String(file, (int) at, 4, StandardCharsets.ISO_8859_1).equals(name)) {
        return OptionalInt.of((int) at);
      }
      long length = length(file, (int) at);
      // Chunks begin at even places.
      at += HEAD + length + (length & 1);
    }
    return OptionalInt.empty();
  }

  private static long length(byte[] file, int chunk) {
    return Integer.toUnsignedLong(bytes(file).getInt(chunk + 4));
  }

  private static ByteBuffer bytes(byte[] file) {
    return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
  }
}
