package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.marque.web.Failure;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ExportSlotsTest {

  private final ExportSlots slots = new ExportSlots();

  private void acquireTwo(UUID account) {
    slots.acquire(account);
    slots.acquire(account);
  }

  @Test
  void an_account_has_two_exports_at_once() {
    UUID ada = UUID.randomUUID();
    acquireTwo(ada);
    Failure.TooManyRequests refused =
        assertThrows(Failure.TooManyRequests.class, () -> slots.acquire(ada));
    assertEquals("exports-at-once", refused.type());
    slots.release(ada);
    slots.acquire(ada);
  }

  @Test
  void all_accounts_together_have_four_exports_at_once() {
    UUID ada = UUID.randomUUID();
    acquireTwo(ada);
    acquireTwo(UUID.randomUUID());
    UUID third = UUID.randomUUID();
    Failure.Unavailable refused =
        assertThrows(Failure.Unavailable.class, () -> slots.acquire(third));
    assertEquals("busy", refused.type());
    slots.release(ada);
    slots.acquire(third);
  }
}
