package dev.marque.vision.photo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;

/** The chunks of a WebP file (RFC 9649, 2.3 and 2.4), located by their headers. */
final class WebpChunks {

  private static final int SIZE_OFFSET = 4;
  private static final int RIFF_HEADER = 8;
  private static final int FIRST_CHUNK = 12;
  private static final int CHUNK_HEADER = 8;

  private WebpChunks() {}

  /**
   * Returns whether the file has fewer bytes than its header claims. The decoder does not check
   * this: it may invent the missing half of an image that a browser would not show at all.
   */
  static boolean isTruncated(byte[] file) {
    long claimed = Integer.toUnsignedLong(bytes(file).getInt(SIZE_OFFSET));
    return claimed > file.length - RIFF_HEADER;
  }

  /**
   * Returns whether there is a chunk of this name.
   *
   * @param name name of four characters
   */
  static boolean has(byte[] file, String name) {
    return find(file, name).isPresent();
  }

  /** Returns the content of the first chunk of this name, unless it is truncated. */
  static Optional<byte[]> content(byte[] file, String name) {
    OptionalInt found = find(file, name);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    int from = found.getAsInt() + CHUNK_HEADER;
    long end = from + length(file, found.getAsInt());
    return end <= file.length
        ? Optional.of(Arrays.copyOfRange(file, from, (int) end))
        : Optional.empty();
  }

  private static OptionalInt find(byte[] file, String name) {
    for (long at = FIRST_CHUNK; at + CHUNK_HEADER <= file.length; ) {
      if (new String(file, (int) at, 4, StandardCharsets.ISO_8859_1).equals(name)) {
        return OptionalInt.of((int) at);
      }
      long length = length(file, (int) at);
      // Chunks start at even offsets.
      at += CHUNK_HEADER + length + (length & 1);
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
