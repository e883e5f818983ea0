package dev.marque.platform;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A size in bytes, written as {@code 10 MiB}, {@code 500 kB} or {@code 1048576}.
 *
 * @param bytes at least 1
 */
public record ByteSize(long bytes) {

  private static final Pattern FORMAT = Pattern.compile("(\\d{1,18})\\s*([A-Za-z]*)");

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
   * Parses a size.
   *
   * @throws IllegalArgumentException if the text is not a number with an optional unit of bytes
   */
  public static ByteSize parse(String text) {
    Matcher parts = FORMAT.matcher(text.strip());
    Long unit = parts.matches() ? UNITS.get(parts.group(2).toLowerCase(Locale.ROOT)) : null;
    if (unit == null) {
      throw new IllegalArgumentException("Not a size: " + text);
    }
    try {
      return new ByteSize(Math.multiplyExact(Long.parseLong(parts.group(1)), unit));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("Size too large: " + text, e);
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
