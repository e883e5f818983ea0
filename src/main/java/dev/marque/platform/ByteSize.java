package dev.marque.platform;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes, written as {@code 10 MiB}, {@code 500 kB} or {@code 1048576}.
 *
 * @param bytes at least 1
 */
public record ByteSize(long bytes) {

  private static final Pattern WRITTEN = Pattern.compile("(\\d{1,18})\\s*([A-Za-z]*)");

  private static final Map<String, Long> UNITS =
      Map.of(
          "", 1L,
          "b", 1L,
          "kb", 1_000L,
          "mb", 1_000_000L,
          "gb", 1_000_000_000L,
          "kib", 1L << 10,
          "mib", 1L << 20,
          "gib", 1L << 30);

  public ByteSize {
    if (bytes < 1) {
      throw new IllegalArgumentException("A size must be at least one byte, not " + bytes);
    }
  }

  /**
   * Reads a size.
   *
   * @throws IllegalArgumentException if it is not a number with a unit of bytes
   */
  public static ByteSize parse(String written) {
    Matcher parts = WRITTEN.matcher(written.strip());
    Long unit = parts.matches() ? UNITS.get(parts.group(2).toLowerCase(Locale.ROOT)) : null;
    if (unit == null) {
      throw new IllegalArgumentException("Not a size: " + written);
    }
    try {
      return new ByteSize(Math.multiplyExact(Long.parseLong(parts.group(1)), unit));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("Too large a size: " + written, e);
    }
  }

  @Override
  public String toString() {
    if (bytes % (1L << 20) == 0) {
      return (bytes >> 20) + " MiB";
    }
    if (bytes % (1L << 10) == 0) {
      return (bytes >> 10) + " KiB";
    }
    return bytes + " B";
  }
}
