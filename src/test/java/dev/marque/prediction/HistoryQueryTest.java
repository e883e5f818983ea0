package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.vision.Verdict;
import dev.marque.web.Failure;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HistoryQueryTest {

  @Test
  void an_empty_form_selects_everything() {
    HistoryQuery query =
        query("brand", "", "verdict", "", "from", " ", "until", "", "zone", "Europe/Berlin");
    assertEquals(Filter.ALL, query.filter());
    assertFalse(query.isFiltered());
    assertEquals("/history", query.link());
    assertEquals("/api/v1/predictions/export?format=csv", query.csvLink());
  }

  @Test
  void days_start_and_end_in_the_time_zone_of_the_user() {
    Filter filter =
        query("from", "2026-03-29", "until", "2026-03-29", "zone", "Europe/Berlin").filter();
    assertEquals(Instant.parse("2026-03-28T23:00:00Z"), filter.from());
    // Clocks go forward on that day, so it has 23 hours.
    assertEquals(Instant.parse("2026-03-29T22:00:00Z"), filter.until());
  }

  @Test
  void an_unknown_time_zone_falls_back_to_utc() {
    Filter filter = query("from", "2026-03-29", "zone", "Mars/Olympus").filter();
    assertEquals(Instant.parse("2026-03-29T00:00:00Z"), filter.from());
  }

  @Test
  void links_contain_the_filter_and_the_csv_link_has_the_same_times() {
    HistoryQuery query =
        query("brand", "Land Rover & Co", "verdict", "unsure", "from", "2026-11-01", "after", "c");
    assertTrue(query.isFiltered());
    assertEquals(
        "/history?brand=Land+Rover+%26+Co&verdict=unsure&from=2026-11-01&after=c", query.link());
    assertEquals(
        "/history?brand=Land+Rover+%26+Co&verdict=unsure&from=2026-11-01",
        query.firstPage().link());
    assertEquals(
        "/api/v1/predictions/export?format=csv&brand=Land+Rover+%26+Co&verdict=unsure"
            + "&from=2026-11-01T00%3A00%3A00Z",
        query.csvLink());
    assertEquals(Verdict.UNSURE, query.filter().verdict());
  }

  @ParameterizedTest
  @CsvSource({
    "verdict, sure",
    "from, yesterday",
    "from, 2026-02-30",
    "until, 2026-11-23T18:21:18Z",
    "until, +12026-01-01",
    "until, 9999-12-31"
  })
  void an_invalid_value_is_reported_with_its_field(String field, String value) {
    Failure.Invalid failure =
        assertThrows(Failure.Invalid.class, () -> query(field, value).filter());
    assertEquals(List.of(field), failure.fields().stream().map(error -> error.field()).toList());
  }

  @Test
  void all_invalid_fields_are_reported() {
    Failure.Invalid failure =
        assertThrows(
            Failure.Invalid.class,
            () -> query("verdict", "sure", "from", "x", "until", "y").filter());
    assertEquals(
        List.of("verdict", "from", "until"),
        failure.fields().stream().map(error -> error.field()).toList());
  }

  @Test
  void the_last_day_must_not_be_before_the_first() {
    Failure.Invalid failure =
        assertThrows(
            Failure.Invalid.class,
            () -> query("from", "2026-11-02", "until", "2026-11-01").filter());
    assertEquals("until", failure.fields().get(0).field());
  }

  private static HistoryQuery query(String... pairs) {
    MultiMap values = MultiMap.caseInsensitiveMultiMap();
    for (int i = 0; i < pairs.length; i += 2) {
      values.add(pairs[i], pairs[i + 1]);
    }
    return HistoryQuery.of(values);
  }
}
