package dev.marque.vision.photo;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Finds the EXIF block of a PNG or WebP file by walking its chunks. No other chunk is read, because
 * chunks may be compressed and expand to any size.
 */
final class ExifBlock {

  private static final int PNG_SIGNATURE = 8;

  private ExifBlock() {}

  /** Returns the {@code eXIf} chunk of a PNG file (PNG, third edition, 11.3.4.5). */
  static Optional<byte[]> ofPng(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    for (long at = PNG_SIGNATURE; at + 8 <= file.length; ) {
      long length = Integer.toUnsignedLong(bytes.getInt((int) at));
      if (isNamed(file, (int) at + 4, "eXIf")) {
        return part(file, at + 8, length);
      }
      at += 8 + length + 4;
    }
    return Optional.empty();
  }

  /** Returns the {@code EXIF} chunk of a WebP file (RFC 9649, 2.7.1.5). */
  static Optional<byte[]> ofWebp(byte[] file) {
    return WebpChunks.content(file, "EXIF");
  }

  private static boolean isNamed(byte[] file, int at, String name) {
    return new String(file, at, 4, StandardCharsets.ISO_8859_1).equals(name);
  }

  private static Optional<byte[]> part(byte[] file, long from, long length) {
    return from + length <= file.length
        ? Optional.of(Arrays.copyOfRange(file, (int) from, (int) (from + length)))
        : Optional.empty();
  }
}
