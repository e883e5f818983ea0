package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FairQueueTest {

  private static final UUID ADA = new UUID(0, 1);
  private static final UUID BOB = new UUID(0, 2);
  private static final UUID EVE = new UUID(0, 3);

  private final FairQueue<String> queue = new FairQueue<>(6);

  private void offer(UUID account, String name, int count) {
    IntStream.range(0, count).forEach(i -> assertTrue(queue.offer(account, name + i)));
  }

  private List<String> takeAll(int count) throws InterruptedException {
    List<String> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      taken.add(queue.take());
    }
    return taken;
  }

  @Test
  void accounts_take_turns_and_items_of_an_account_keep_their_order() throws InterruptedException {
    offer(EVE, "eve", 4);
    offer(ADA, "ada", 1);
    offer(BOB, "bob", 1);
    assertEquals(List.of("eve0", "ada0", "bob0", "eve1", "eve2", "eve3"), takeAll(6));
  }

  @Test
  void a_slot_is_occupied_until_it_is_released() throws InterruptedException {
    offer(EVE, "eve", 6);
    assertFalse(queue.offer(ADA, "ada"));
    takeAll(1);
    assertFalse(queue.offer(ADA, "ada"));
    queue.release(EVE);
    assertTrue(queue.offer(ADA, "ada"));
    assertEquals(6, queue.used());
    assertEquals(0, queue.free());
  }

  @Test
  void an_account_with_clearly_fewer_items_displaces_one_of_the_largest() {
    offer(EVE, "eve", 4);
    offer(BOB, "bob", 2);
    assertEquals(Optional.of("eve3"), queue.displace(ADA));
    queue.release(EVE);
    assertTrue(queue.offer(ADA, "ada"));
    assertEquals(3, queue.largestShare());
    // With three, two and one items, displacing another would not make shares more equal.
    assertEquals(Optional.empty(), queue.displace(BOB));
    assertEquals(Optional.empty(), queue.displace(EVE));
  }

  @Test
  void nothing_is_displaced_while_a_slot_is_free() {
    offer(EVE, "eve", 5);
    assertEquals(Optional.empty(), queue.displace(ADA));
  }

  @Test
  void items_in_progress_are_not_displaced() throws InterruptedException {
    offer(EVE, "eve", 6);
    takeAll(6);
    assertEquals(Optional.empty(), queue.displace(ADA));
  }

  @Test
  void a_removed_item_is_never_taken() throws InterruptedException {
    offer(EVE, "eve", 2);
    offer(ADA, "ada", 1);
    queue.remove(EVE, "eve0");
    queue.remove(ADA, "ada0");
    queue.remove(BOB, "missing");
    assertEquals("eve1", queue.take());
  }
}
