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
 * The query of the history page, as its form sends it: with dates instead of instants, and empty
 * strings for fields that are not set.
 *
 * @param from the first day
 * @param until the last day
 * @param zone the user's time zone, in which the days start and end; UTC if unknown
 * @param after the cursor of the page; empty for the first page
 */
record HistoryQuery(
    String brand, String verdict, String from, String until, String zone, String after) {

  static final HistoryQuery ALL = new HistoryQuery("", "", "", "", "", "");

  /** Reads query parameters or form fields. */
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

  /** Returns the same query for the first page. */
  HistoryQuery firstPage() {
    return new HistoryQuery(brand, verdict, from, until, zone, "");
  }

  HistoryQuery page(String cursor) {
    return new HistoryQuery(brand, verdict, from, until, zone, cursor);
  }

  /** Returns whether any filter is set. */
  boolean isFiltered() {
    return !(brand + verdict + from + until).isEmpty();
  }

  /**
   * Converts the query to a filter for the database.
   *
   * @throws Failure.Invalid with all invalid fields
   */
  Filter filter() {
    FieldErrors errors = new FieldErrors();
    if (brand.indexOf('\0') >= 0) {
      // PostgreSQL does not allow NUL in text.
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
        first == null ? null : startOf(first),
        last == null ? null : startOf(last.plusDays(1)));
  }

  /**
   * Returns the cursor of the page; {@code null} for the first page.
   *
   * @throws Failure.Invalid ({@code field.cursor}) if the cursor is invalid
   */
  @Nullable Cursor cursor() {
    return after.isEmpty() ? null : Cursor.parse(after);
  }

  /** Returns the values that are set, by the names of the form fields. */
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

  /** Returns the path and query of the page. */
  String link() {
    return "/history" + query(values());
  }

  /** Returns the path and query of a CSV export of the same predictions. */
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

  private Instant startOf(LocalDate day) {
    ZoneId zoneId;
    try {
      zoneId = zone.isEmpty() ? ZoneOffset.UTC : ZoneId.of(zone);
    } catch (DateTimeException e) {
      // Browsers may know time zones that this Java version does not.
      zoneId = ZoneOffset.UTC;
    }
    return day.atStartOfDay(zoneId).toInstant();
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
