package dev.marque.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class IdsTest {

  @Test
  void a_key_has_version_7_and_contains_the_time() {
    UUID id = Ids.next();
    assertEquals(7, id.version());
    assertEquals(2, id.variant());
    long millis = id.getMostSignificantBits() >>> 16;
    assertTrue(Math.abs(millis - Instant.now().toEpochMilli()) < 60_000, "at " + millis);
  }

  @Test
  void keys_increase_within_a_millisecond_and_when_the_clock_is_set_back() {
    long now = System.currentTimeMillis();
    UUID previous = Ids.next(now);
    for (int i = 0; i < 20_000; i++) {
      UUID next = Ids.next(now - i);
      assertTrue(previous.toString().compareTo(next.toString()) < 0, previous + " then " + next);
      previous = next;
    }
  }
}
