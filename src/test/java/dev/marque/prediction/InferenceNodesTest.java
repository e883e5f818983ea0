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

  private static final long CHECK_INTERVAL = InferenceNodes.CHECK_INTERVAL.toNanos();

  private final AtomicLong now = new AtomicLong();
  private final InferenceNodes nodes = new InferenceNodes("local", now::get);

  private void announce(String node, int free) {
    announce(node, free, 0);
  }

  private void announce(String node, int free, int largestShare) {
    nodes.update(new NodeAnnouncement(node, "marque-1", free, largestShare));
  }

  private String choose() {
    return nodes.choose(ADA, null).orElse("none");
  }

  @Test
  void the_node_with_most_free_slots_is_chosen_and_its_estimate_is_reduced() {
    announce("a", 3);
    announce("b", 2);
    assertEquals("a", choose());
    // Both have two free slots now: whichever is chosen first, the other is next.
    assertEquals(List.of("a", "b"), List.of(choose(), choose()).stream().sorted().toList());
    nodes.completed("b", ADA);
    assertEquals("b", choose());
  }

  @Test
  void an_announcement_replaces_the_estimate() {
    announce("a", 1);
    assertEquals("a", choose());
    assertEquals("none", choose());
    announce("a", 1);
    assertEquals("a", choose());
  }

  @Test
  void an_excluded_node_is_not_chosen() {
    announce("a", 3);
    assertEquals(Optional.empty(), nodes.choose(ADA, "a"));
    announce("b", 1);
    assertEquals(Optional.of("b"), nodes.choose(ADA, "a"));
  }

  @Test
  void the_local_node_is_preferred_and_chosen_even_if_full() {
    announce("a", 8);
    announce("local", 1);
    assertEquals("local", choose());
    announce("a", 0);
    announce("local", 0);
    assertEquals("local", choose());
  }

  @Test
  void a_full_node_is_chosen_for_an_account_with_far_fewer_photos_than_another() {
    announce("a", 0, 3);
    assertEquals(Optional.of("a"), nodes.choose(ADA, null));
    assertEquals(Optional.of("a"), nodes.choose(ADA, null));
    assertEquals(Optional.empty(), nodes.choose(ADA, null));
    assertEquals(Optional.of("a"), nodes.choose(EVE, null));
  }

  @Test
  void as_many_slots_can_be_reserved_as_are_free_on_all_nodes() {
    assertFalse(nodes.reserve(ADA));
    announce("a", 1);
    announce("local", 2);
    for (int i = 0; i < 3; i++) {
      assertTrue(nodes.reserve(ADA));
    }
    assertFalse(nodes.reserve(EVE));
    nodes.release(ADA);
    assertTrue(nodes.reserve(EVE));
  }

  @Test
  void a_photo_in_flight_occupies_a_slot_until_it_is_completed() {
    announce("a", 1);
    assertEquals("a", choose());
    assertFalse(nodes.reserve(EVE));
    nodes.completed("a", ADA);
    assertTrue(nodes.reserve(EVE));
  }

  @Test
  void if_one_account_occupies_all_slots_others_can_reserve_those_that_it_will_lose() {
    announce("local", 4);
    for (int i = 0; i < 4; i++) {
      assertEquals("local", choose());
    }
    assertFalse(nodes.reserve(ADA));
    assertTrue(nodes.reserve(EVE));
    assertTrue(nodes.reserve(new UUID(0, 3)));
    assertTrue(nodes.reserve(new UUID(0, 4)));
    assertFalse(nodes.reserve(new UUID(0, 5)));
  }

  @Test
  void a_stopping_node_is_not_chosen_although_it_still_completes_requests() {
    for (String node : List.of("a", "local")) {
      announce(node, 2);
      assertEquals(node, choose());
      assertEquals(node, choose());
      nodes.update(NodeAnnouncement.stopping(node));
      nodes.completed(node, ADA);
      assertEquals("none", choose());
      assertFalse(nodes.reserve(EVE));
      assertTrue(nodes.isEmpty());
    }
  }

  @Test
  void photos_on_a_stopping_node_still_count_for_their_account() {
    announce("a", 1);
    assertEquals("a", choose());
    nodes.update(NodeAnnouncement.stopping("a"));
    announce("b", 0, 2);
    assertFalse(nodes.reserve(ADA));
    assertTrue(nodes.reserve(EVE));
  }

  @Test
  void a_silent_node_expires_unless_it_is_the_local_one() {
    announce("local", 1);
    announce("a", 1);
    for (long passed = 0; passed < InferenceNodes.EXPIRY.toNanos(); passed += CHECK_INTERVAL) {
      now.addAndGet(CHECK_INTERVAL);
      assertEquals(List.of(), nodes.expired());
    }
    announce("b", 1);
    now.addAndGet(1);
    assertEquals(List.of("a"), nodes.expired());
    assertTrue(nodes.remove("a"));
    assertFalse(nodes.remove("a"));
    assertEquals(List.of(), nodes.expired());
  }

  @Test
  void a_stopping_node_does_not_expire_while_it_may_still_finish_its_photos() {
    announce("a", 1);
    nodes.update(NodeAnnouncement.stopping("a"));
    long finished = InferenceNodes.EXPIRY.plus(PhotoPipeline.SHUTDOWN_TIMEOUT).toNanos();
    for (long passed = 0; passed < finished; passed += CHECK_INTERVAL) {
      now.addAndGet(CHECK_INTERVAL);
      assertEquals(List.of(), nodes.expired());
    }
    now.addAndGet(1);
    assertEquals(List.of("a"), nodes.expired());
  }

  @Test
  void no_node_expires_right_after_a_pause_of_this_process() {
    announce("a", 1);
    announce("b", 1);
    now.addAndGet(InferenceNodes.EXPIRY.toNanos() + 1);
    assertEquals(List.of(), nodes.expired());
    announce("a", 1);
    now.addAndGet(CHECK_INTERVAL);
    assertEquals(List.of("b"), nodes.expired());
  }

  @Test
  void nodes_are_counted_by_model() {
    announce("a", 1);
    announce("b", 1);
    nodes.update(new NodeAnnouncement("c", "marque-2", 1, 0));
    assertEquals(Map.of("marque-1", 2, "marque-2", 1), nodes.models());
    assertTrue(nodes.remove("c"));
    assertEquals(Map.of("marque-1", 2), nodes.models());
  }

  @Test
  void the_nodes_are_full_if_not_even_a_new_account_can_reserve() {
    assertTrue(nodes.isFull(), "there is no node");
    announce("a", 2);
    assertFalse(nodes.isFull());
    assertTrue(nodes.reserve(ADA));
    assertFalse(nodes.isFull());
    assertTrue(nodes.reserve(EVE));
    assertTrue(nodes.isFull());
    nodes.release(EVE);
    assertFalse(nodes.isFull());
    announce("a", 0, 1);
    assertTrue(nodes.isFull());
    // Two photos more than any other account: one of them can be displaced.
    announce("a", 0, 3);
    assertFalse(nodes.isFull());
  }
}
