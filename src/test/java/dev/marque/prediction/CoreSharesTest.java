package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CoreSharesTest {

  private static final int MAX_BATCH_SIZE = 8;
  private static final int QUEUE = 64;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 8, 16, 64})
  void a_single_photo_gets_all_cores(int cores) {
    assertEquals(cores, new CoreShares(cores).coresPerPass(1, 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 8, 16, 48})
  void with_a_full_queue_no_core_is_idle_while_all_passes_are_running(int cores) {
    CoreShares shares = new CoreShares(cores);
    int inPasses = shares.passes() * MAX_BATCH_SIZE;
    int decoding = shares.maxInProgress(MAX_BATCH_SIZE) - inPasses;
    int busy =
        shares.passes() * shares.coresPerPass(MAX_BATCH_SIZE, QUEUE) + Math.min(decoding, cores);
    assertTrue(busy >= cores, busy + " of " + cores);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 16, 48})
  void on_many_cores_the_network_gets_half_of_them(int cores) {
    CoreShares shares = new CoreShares(cores);
    assertEquals(cores / 2, shares.passes() * shares.coresPerPass(MAX_BATCH_SIZE, QUEUE));
  }

  @Test
  void on_two_cores_two_passes_get_one_core_each() {
    CoreShares shares = new CoreShares(2);
    assertEquals(2, shares.passes());
    assertEquals(1, shares.coresPerPass(5, QUEUE));
    assertEquals(2 * MAX_BATCH_SIZE, shares.maxInProgress(MAX_BATCH_SIZE));
  }
}
