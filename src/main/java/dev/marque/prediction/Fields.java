package dev.marque.prediction;

import dev.marque.vision.Verdict;
import dev.marque.web.Failure;
import dev.marque.web.FieldError;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the values that clients send, strictly; all fail with 422 and the field's name. */
final class Fields {

  static final int MOST_BRANDS = 25;
  static final int USUAL_BRANDS = 5;

  private Fields() {}

  /** {@code top_k}: 1 to 25, 5 where it is not given. */
  static int topK(@Nullable String text) {
    return wholeNumber("top_k", text, MOST_BRANDS, USUAL_BRANDS, "field.top_k");
  }

  /** {@code limit} of a list. */
  static int limit(@Nullable String text, int most, int usual) {
    return wholeNumber("limit", text, most, usual, "field.limit");
  }

  /** A switch such as {@code evidence}: {@code true} or {@code false}, the latter if not given. */
  static boolean flag(String field, @Nullable String text) {
    if (text == null || text.equals("false")) {
      return false;
    }
    if (text.equals("true")) {
      return true;
    }
    throw invalid(FieldError.of(field, "field.flag"));
  }

  static @Nullable Verdict verdict(@Nullable String text) {
    if (text == null) {
      return null;
    }
    return Arrays.stream(Verdict.values())
        .filter(verdict -> verdict.code().equals(text))
        .findFirst()
        .orElseThrow(() -> invalid(FieldError.of("verdict", "field.verdict", verdicts())));
  }

  static @Nullable Instant time(String field, @Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      Instant time = OffsetDateTime.parse(text).toInstant();
      int year = time.atOffset(java.time.ZoneOffset.UTC).getYear();
      if (year >= 1 && year <= 9999) {
        return time;
      }
    } catch (DateTimeException e) {
      throw invalid(FieldError.of(field, "field.time"));
    }
    throw invalid(FieldError.of(field, "field.time"));
  }

  static Failure invalid(FieldError error) {
    return new Failure.Invalid("fields", List.of(error));
  }

  private static String verdicts() {
    return Arrays.stream(Verdict.values()).map(Verdict::code).collect(Collectors.joining(", "));
  }

  private static int wholeNumber(
      String field, @Nullable String text, int most, int usual, String message) {
    if (text == null) {
      return usual;
    }
    // ASCII digits only: Integer.parseInt takes signs and the digits of every script.
    if (text.matches("[1-9][0-9]{0,8}") && Integer.parseInt(text) <= most) {
      return Integer.parseInt(text);
    }
    throw invalid(FieldError.of(field, message, most));
  }
}
