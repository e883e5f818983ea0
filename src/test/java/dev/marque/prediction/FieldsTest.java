package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.marque.vision.Verdict;
import dev.marque.web.Failure;
import dev.marque.web.Keys;
import java.time.Instant;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldsTest {

  @Property
  void top_k_is_any_whole_number_from_1_to_25(@ForAll @IntRange(min = 1, max = 25) int k) {
    assertEquals(k, Fields.topK(Integer.toString(k)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0", "26", "x", "", " 5", "+5", "-1", "05", "5.0", "1e1", "٥", "99999999999"})
  void any_other_top_k_is_rejected_with_the_name_of_the_field(String text) {
    Failure.Invalid failure = assertThrows(Failure.Invalid.class, () -> Fields.topK(text));
    assertEquals("top_k", failure.fields().get(0).field());
  }

  @Test
  void top_k_is_5_by_default() {
    assertEquals(5, Fields.topK(null));
  }

  @Test
  void verdicts_and_times_are_parsed_strictly() {
    assertEquals(Verdict.UNKNOWN_MAKE, Fields.verdict("unknown_make"));
    assertNull(Fields.verdict(null));
    assertThrows(Failure.Invalid.class, () -> Fields.verdict("UNSURE"));
    assertEquals(
        Instant.parse("2026-11-23T18:21:18Z"), Fields.time("from", "2026-11-23T19:21:18+01:00"));
    assertEquals(
        Instant.parse("2026-11-22T22:53:18Z"), Fields.time("from", "2026-11-23T18:21:18+19:28"));
    assertEquals(
        Instant.parse("0001-01-01T00:00:00Z"), Fields.time("from", "0000-01-01T00:00:00-00:30"));
    assertEquals(
        Instant.parse("9999-12-31T23:59:59Z"), Fields.time("until", "9999-12-31T23:00:00-23:59"));
    assertThrows(Failure.Invalid.class, () -> Fields.time("from", "2026-11-23T18:21:18+24:00"));
    assertThrows(Failure.Invalid.class, () -> Fields.time("from", "2026-11-23T18:21:18"));
    assertThrows(Failure.Invalid.class, () -> Fields.time("from", "yesterday"));
    assertThrows(Failure.Invalid.class, () -> Fields.time("from", "+99999-01-01T00:00:00Z"));
  }

  @Test
  void an_invalid_id_is_not_found() {
    UUID id = UUID.randomUUID();
    assertEquals(id, Keys.of(id.toString()));
    assertThrows(Failure.NotFound.class, () -> Keys.of("1-1-1-1-1"));
    assertThrows(Failure.NotFound.class, () -> Keys.of("../" + id));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "ü", "\"a", "a\""})
  void an_idempotency_key_is_short_and_plain(String header) {
    assertEquals("a", RequestKey.parse("\"a\""));
    assertEquals("a-1:b", RequestKey.parse("a-1:b"));
    assertThrows(Failure.Malformed.class, () -> RequestKey.parse(header));
    assertThrows(Failure.Malformed.class, () -> RequestKey.parse("a".repeat(101)));
  }
}
