package dev.marque.prediction;

import dev.marque.vision.Verdict;
import dev.marque.web.Failure;
import dev.marque.web.FieldError;
import dev.marque.web.FieldErrors;
import io.vertx.core.MultiMap;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the history page is asked to show, as its form says it: days instead of moments, and an
 * empty text where nothing is chosen.
 *
 * @param from the first day
 * @param until the last day
 * @param zone the reader's time zone, in which the days begin and end; UTC where it is not known
 * @param after the cursor of the page; empty for the first
 */
record HistoryQuery(
    String brand, String verdict, String from, String until, String zone, String after) {

  static final HistoryQuery ALL = new HistoryQuery("", "", "", "", "", "");

  /** Of a query or of a form. */
  static HistoryQuery of(MultiMap values) {
    Function<String, String> text =
        name -> {
          String value = values.get(name);
          return value == null ? "" : value.strip();
        };
    return new HistoryQuery(
        text.apply("brand"),
        text.apply("verdict"),
        text.apply("from"),
        text.apply("until"),
        text.apply("zone"),
        text.apply("after"));
  }

  /** The same from the first page on. */
  HistoryQuery first() {
    return new HistoryQuery(brand, verdict, from, until, zone, "");
  }

  HistoryQuery page(String cursor) {
    return new HistoryQuery(brand, verdict, from, until, zone, cursor);
  }

  /** Whether anything is left out. */
  boolean filters() {
    return !(brand + verdict + from + until).isEmpty();
  }

  /**
   * The same for the database.
   *
   * @throws Failure.Invalid with the fields that do not hold
   */
  Filter filter() {
    FieldErrors errors = new FieldErrors();
    if (brand.indexOf('\0') >= 0) {
      // PostgreSQL has no text with it.
      errors.add("brand", "field.brand.unknown");
    }
    Verdict chosen = errors.read(() -> Fields.verdict(orNull(verdict)));
    LocalDate first = errors.read(() -> day("from", from));
    LocalDate last = errors.read(() -> day("until", until));
    if (first != null && last != null && last.isBefore(first)) {
      errors.add("until", "field.until.before");
    }
    errors.requireNone();
    return new Filter(
        orNull(brand),
        chosen,
        first == null ? null : begin(first),
        last == null ? null : begin(last.plusDays(1)));
  }

  /**
   * Where the page stands.
   *
   * @throws Failure.Invalid ({@code field.cursor})
   */
  @Nullable Cursor cursor() {
    return after.isEmpty() ? null : Cursor.parse(after);
  }

  /** By the names of the form's fields, without what is empty. */
  Map<String, String> values() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("brand", brand);
    values.put("verdict", verdict);
    values.put("from", from);
    values.put("until", until);
    values.put("zone", (from + until).isEmpty() ? "" : zone);
    values.put("after", after);
    values.values().removeIf(String::isEmpty);
    return values;
  }

  /** The path and query of the page. */
  String link() {
    return "/history" + query(values());
  }

  /** The path and query of the same predictions as CSV. */
  String csvLink() {
    Filter filter = filter();
    Map<String, String> values = new LinkedHashMap<>();
    values.put("format", "csv");
    values.put("brand", brand);
    values.put("verdict", verdict);
    values.put("from", filter.from() == null ? "" : filter.from().toString());
    values.put("until", filter.until() == null ? "" : filter.until().toString());
    values.values().removeIf(String::isEmpty);
    return PredictionApi.PATH + "/export" + query(values);
  }

  private static String query(Map<String, String> values) {
    return values.isEmpty()
        ? ""
        : values.entrySet().stream()
            .map(
                value ->
                    value.getKey()
                        + "="
                        + URLEncoder.encode(value.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&", "?", ""));
  }

  private Instant begin(LocalDate day) {
    ZoneId where;
    try {
      where = zone.isEmpty() ? ZoneOffset.UTC : ZoneId.of(zone);
    } catch (DateTimeException e) {
      // Browsers may know zones that this Java does not.
      where = ZoneOffset.UTC;
    }
    return day.atStartOfDay(where).toInstant();
  }

  private static @Nullable LocalDate day(String field, String text) {
    if (text.isEmpty()) {
      return null;
    }
    try {
      LocalDate day = LocalDate.parse(text);
      if (day.getYear() >= 1 && day.getYear() < 9999) {
        return day;
      }
    } catch (DateTimeException e) {
      throw Failure.Invalid.of(FieldError.of(field, "field.day"));
    }
    throw Failure.Invalid.of(FieldError.of(field, "field.day"));
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
