package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.web.Failure;
import java.time.Instant;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {

  @Property
  void an_encoded_cursor_is_safe_in_a_query_and_parses_to_the_same_cursor(
      @ForAll @LongRange(max = 253_402_300_799_999L) long millis,
      @ForAll long high,
      @ForAll long low) {
    Cursor cursor = new Cursor(Instant.ofEpochMilli(millis), new UUID(high, low));
    assertEquals(cursor, Cursor.parse(cursor.encode()));
    assertTrue(cursor.encode().matches("[A-Za-z0-9_-]{32}"));
  }

  @Property
  void any_other_text_is_rejected_as_invalid_input(@ForAll String text) {
    try {
      Cursor.parse(text);
    } catch (Failure.Invalid failure) {
      assertEquals("after", failure.fields().get(0).field());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "AAAA", "________________________________", "not base64!"})
  void an_invalid_cursor_is_rejected(String text) {
    assertThrows(Failure.Invalid.class, () -> Cursor.parse(text));
  }
}
