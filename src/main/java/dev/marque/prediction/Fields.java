package dev.marque.prediction;

import dev.marque.vision.Verdict;
import dev.marque.web.Failure;
import dev.marque.web.FieldError;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Strictly parses values sent by clients; errors lead to status 422 with the field's name. */
final class Fields {

  static final int MAX_BRANDS = 25;
  static final int DEFAULT_BRANDS = 5;

  private static final Pattern RFC_3339 =
      Pattern.compile(
          "(?<local>[0-9]{4}-.+?)(?:[zZ]|(?<sign>[+-])(?<hours>[0-9]{2}):(?<minutes>[0-9]{2}))");
  private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private Fields() {}

  /** Parses {@code top_k}: 1 to 25, by default 5. */
  static int topK(@Nullable String text) {
    if (text == null) {
      return DEFAULT_BRANDS;
    }
    // ASCII digits only: Integer.parseInt accepts signs and the digits of every script.
    if (!text.matches("[1-9][0-9]?") || Integer.parseInt(text) > MAX_BRANDS) {
      throw Failure.Invalid.of(FieldError.of("top_k", "field.top_k", MAX_BRANDS));
    }
    return Integer.parseInt(text);
  }

  /** Parses a boolean like {@code evidence}: {@code true} or {@code false}, by default false. */
  static boolean flag(String field, @Nullable String text) {
    if (text == null || text.equals("false")) {
      return false;
    }
    if (text.equals("true")) {
      return true;
    }
    throw Failure.Invalid.of(FieldError.of(field, "field.flag"));
  }

  static @Nullable Verdict verdict(@Nullable String text) {
    if (text == null) {
      return null;
    }
    return Arrays.stream(Verdict.values())
        .filter(verdict -> verdict.code().equals(text))
        .findFirst()
        .orElseThrow(
            () -> Failure.Invalid.of(FieldError.of("verdict", "field.verdict", verdicts())));
  }

  /**
   * Parses an RFC 3339 timestamp. RFC 3339 has offsets up to 23:59, {@link java.time.ZoneOffset}
   * only up to 18 hours. Times outside the years 1 to 9999 are clamped to that range, which
   * contains all predictions.
   */
  static @Nullable Instant time(String field, @Nullable String text) {
    if (text == null) {
      return null;
    }
    Matcher parts = RFC_3339.matcher(text);
    if (!parts.matches()) {
      throw Failure.Invalid.of(FieldError.of(field, "field.time"));
    }
    try {
      Instant local = LocalDateTime.parse(parts.group("local")).toInstant(ZoneOffset.UTC);
      Instant time = local.minus(offset(parts));
      return time.isBefore(EARLIEST) ? EARLIEST : time.isAfter(LATEST) ? LATEST : time;
    } catch (DateTimeException e) {
      throw Failure.Invalid.of(FieldError.of(field, "field.time"));
    }
  }

  private static Duration offset(Matcher parts) {
    if (parts.group("hours") == null) {
      return Duration.ZERO;
    }
    Duration offset =
        Duration.between(
            LocalTime.MIDNIGHT,
            LocalTime.of(
                Integer.parseInt(parts.group("hours")), Integer.parseInt(parts.group("minutes"))));
    return parts.group("sign").equals("-") ? offset.negated() : offset;
  }

  private static String verdicts() {
    return Arrays.stream(Verdict.values()).map(Verdict::code).collect(Collectors.joining(", "));
  }
}
