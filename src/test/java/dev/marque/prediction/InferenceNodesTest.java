package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class InferenceNodesTest {

  private static final UUID ADA = new UUID(0, 1);
  private static final UUID EVE = new UUID(0, 2);

  private static final long CHECK = InferenceNodes.CHECK.toNanos();

  private final AtomicLong now = new AtomicLong();
  private final InferenceNodes nodes = new InferenceNodes("here", now::get);

  private void heard(String node, int free) {
    heard(node, free, 0);
  }

  private void heard(String node, int free, int largestShare) {
    nodes.heard(new NodeAnnouncement(node, "marque-1", free, largestShare));
  }

  private String choose() {
    return nodes.choose(ADA, null).orElse("none");
  }

  @Test
  void the_node_with_most_room_is_asked_and_what_goes_there_counts_at_once() {
    heard("a", 3);
    heard("b", 2);
    assertEquals("a", choose());
    // Two places each now: whichever is taken first, the other is next.
    assertEquals(List.of("a", "b"), List.of(choose(), choose()).stream().sorted().toList());
    nodes.answered("b", ADA);
    assertEquals("b", choose());
  }

  @Test
  void an_announcement_corrects_what_was_guessed() {
    heard("a", 1);
    assertEquals("a", choose());
    assertEquals("none", choose());
    heard("a", 1);
    assertEquals("a", choose());
  }

  @Test
  void a_node_that_was_asked_before_is_not_asked_again() {
    heard("a", 3);
    assertEquals(Optional.empty(), nodes.choose(ADA, "a"));
    heard("b", 1);
    assertEquals(Optional.of("b"), nodes.choose(ADA, "a"));
  }

  @Test
  void the_node_of_this_process_is_preferred_and_asked_even_when_full() {
    heard("a", 8);
    heard("here", 1);
    assertEquals("here", choose());
    heard("a", 0);
    heard("here", 0);
    assertEquals("here", choose());
  }

  @Test
  void a_full_node_is_asked_for_an_account_that_has_much_less_there_than_another() {
    heard("a", 0, 3);
    assertEquals(Optional.of("a"), nodes.choose(ADA, null));
    assertEquals(Optional.of("a"), nodes.choose(ADA, null));
    assertEquals(Optional.empty(), nodes.choose(ADA, null));
    assertEquals(Optional.of("a"), nodes.choose(EVE, null));
  }

  @Test
  void as_many_places_are_kept_as_all_nodes_have_room() {
    assertFalse(nodes.reserve(ADA));
    heard("a", 1);
    heard("here", 2);
    for (int i = 0; i < 3; i++) {
      assertTrue(nodes.reserve(ADA));
    }
    assertFalse(nodes.reserve(EVE));
    nodes.release(ADA);
    assertTrue(nodes.reserve(EVE));
  }

  @Test
  void what_is_sent_to_a_node_takes_its_room_until_it_is_answered() {
    heard("a", 1);
    assertEquals("a", choose());
    assertFalse(nodes.reserve(EVE));
    nodes.answered("a", ADA);
    assertTrue(nodes.reserve(EVE));
  }

  @Test
  void where_one_account_has_taken_all_room_others_are_kept_the_places_that_it_will_lose() {
    heard("here", 4);
    for (int i = 0; i < 4; i++) {
      assertEquals("here", choose());
    }
    assertFalse(nodes.reserve(ADA));
    assertTrue(nodes.reserve(EVE));
    assertTrue(nodes.reserve(new UUID(0, 3)));
    assertTrue(nodes.reserve(new UUID(0, 4)));
    assertFalse(nodes.reserve(new UUID(0, 5)));
  }

  @Test
  void a_node_that_stops_is_not_asked_though_it_still_answers() {
    for (String node : List.of("a", "here")) {
      heard(node, 2);
      assertEquals(node, choose());
      assertEquals(node, choose());
      nodes.heard(NodeAnnouncement.stopping(node));
      nodes.answered(node, ADA);
      assertEquals("none", choose());
      assertFalse(nodes.reserve(EVE));
      assertTrue(nodes.isEmpty());
    }
  }

  @Test
  void what_a_node_that_stops_still_has_counts_for_its_account() {
    heard("a", 1);
    assertEquals("a", choose());
    nodes.heard(NodeAnnouncement.stopping("a"));
    heard("b", 0, 2);
    assertFalse(nodes.reserve(ADA));
    assertTrue(nodes.reserve(EVE));
  }

  @Test
  void a_node_is_silent_after_a_while_but_never_the_one_of_this_process() {
    heard("here", 1);
    heard("a", 1);
    for (long passed = 0; passed < InferenceNodes.SILENCE.toNanos(); passed += CHECK) {
      now.addAndGet(CHECK);
      assertEquals(List.of(), nodes.silent());
    }
    heard("b", 1);
    now.addAndGet(1);
    assertEquals(List.of("a"), nodes.silent());
    assertTrue(nodes.left("a"));
    assertFalse(nodes.left("a"));
    assertEquals(List.of(), nodes.silent());
  }

  @Test
  void after_a_standstill_of_this_process_the_other_nodes_may_speak_first() {
    heard("a", 1);
    heard("b", 1);
    now.addAndGet(InferenceNodes.SILENCE.toNanos() + 1);
    assertEquals(List.of(), nodes.silent());
    heard("a", 1);
    now.addAndGet(CHECK);
    assertEquals(List.of("b"), nodes.silent());
  }

  @Test
  void the_models_that_run_are_counted() {
    heard("a", 1);
    heard("b", 1);
    nodes.heard(new NodeAnnouncement("c", "marque-2", 1, 0));
    assertEquals(Map.of("marque-1", 2, "marque-2", 1), nodes.models());
    assertTrue(nodes.left("c"));
    assertEquals(Map.of("marque-1", 2), nodes.models());
  }
}
