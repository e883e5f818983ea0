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

  private void enter(UUID account, String name, int count) {
    IntStream.range(0, count).forEach(i -> assertTrue(queue.enter(account, name + i)));
  }

  private List<String> takeAll(int count) throws InterruptedException {
    List<String> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      taken.add(queue.take());
    }
    return taken;
  }

  @Test
  void accounts_take_turns_and_each_ones_items_keep_their_order() throws InterruptedException {
    enter(EVE, "eve", 4);
    enter(ADA, "ada", 1);
    enter(BOB, "bob", 1);
    assertEquals(List.of("eve0", "ada0", "bob0", "eve1", "eve2", "eve3"), takeAll(6));
  }

  @Test
  void a_place_is_held_until_its_item_has_left() throws InterruptedException {
    enter(EVE, "eve", 6);
    assertFalse(queue.enter(ADA, "ada"));
    takeAll(1);
    assertFalse(queue.enter(ADA, "ada"));
    queue.leave(EVE);
    assertTrue(queue.enter(ADA, "ada"));
    assertEquals(6, queue.held());
    assertEquals(0, queue.free());
  }

  @Test
  void the_greediest_gives_way_to_whoever_holds_clearly_less() {
    enter(EVE, "eve", 4);
    enter(BOB, "bob", 2);
    assertEquals(Optional.of("eve3"), queue.displaced(ADA));
    queue.leave(EVE);
    assertTrue(queue.enter(ADA, "ada"));
    assertEquals(3, queue.largestShare());
    // Three, two and one: nobody would be better off.
    assertEquals(Optional.empty(), queue.displaced(BOB));
    assertEquals(Optional.empty(), queue.displaced(EVE));
  }

  @Test
  void nobody_gives_way_while_there_is_room() {
    enter(EVE, "eve", 5);
    assertEquals(Optional.empty(), queue.displaced(ADA));
  }

  @Test
  void what_is_in_work_is_not_displaced() throws InterruptedException {
    enter(EVE, "eve", 6);
    takeAll(6);
    assertEquals(Optional.empty(), queue.displaced(ADA));
  }

  @Test
  void what_was_withdrawn_is_never_taken() throws InterruptedException {
    enter(EVE, "eve", 2);
    enter(ADA, "ada", 1);
    queue.withdraw(EVE, "eve0");
    queue.withdraw(ADA, "ada0");
    queue.withdraw(BOB, "never there");
    assertEquals("eve1", queue.take());
  }
}
