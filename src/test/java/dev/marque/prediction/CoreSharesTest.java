package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CoreSharesTest {

  private static final int LARGEST_BATCH = 8;
  private static final int QUEUE = 64;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 8, 16, 64})
  void a_photo_that_is_alone_gets_all_cores(int cores) {
    assertEquals(cores, new CoreShares(cores).ofPass(1, 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 8, 16, 48})
  void with_a_full_queue_no_core_is_idle_while_all_passes_are_under_way(int cores) {
    CoreShares shares = new CoreShares(cores);
    int inPasses = shares.passes() * LARGEST_BATCH;
    int decoding = shares.photosAhead(LARGEST_BATCH) - inPasses;
    int busy = shares.passes() * shares.ofPass(LARGEST_BATCH, QUEUE) + Math.min(decoding, cores);
    assertTrue(busy >= cores, busy + " of " + cores);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 16, 48})
  void on_many_cores_the_network_gets_half_of_them(int cores) {
    CoreShares shares = new CoreShares(cores);
    assertEquals(cores / 2, shares.passes() * shares.ofPass(LARGEST_BATCH, QUEUE));
  }

  @Test
  void on_two_cores_there_are_two_passes_of_one_core_each() {
    CoreShares shares = new CoreShares(2);
    assertEquals(2, shares.passes());
    assertEquals(1, shares.ofPass(5, QUEUE));
    assertEquals(2 * LARGEST_BATCH, shares.photosAhead(LARGEST_BATCH));
  }
}
