package dev.marque.vision.photo;

import dev.marque.vision.photo.PhotoException.Reason;
import java.util.concurrent.Semaphore;

/**
 * The memory budget shared by all photos that are being decoded: several large photos wait for each
 * other instead of exhausting the heap. Thread-safe.
 */
final class DecodingMemory {

  /** Half of the heap; the other half is for everything else. */
  private static final DecodingMemory SHARED =
      new DecodingMemory(Runtime.getRuntime().maxMemory() / 2);

  private static final int UNIT = 1 << 20;

  private final int units;
  private final Semaphore free;

  /**
   * @param bytes total size of the budget
   */
  DecodingMemory(long bytes) {
    this.units = Math.toIntExact(Math.min(Integer.MAX_VALUE, bytes / UNIT));
    // Fair, so that small photos cannot starve a large one.
    this.free = new Semaphore(units, true);
  }

  /** Returns the budget that all readers of this process share. */
  static DecodingMemory shared() {
    return SHARED;
  }

  /**
   * Reserves the memory for a photo, waiting until enough is free.
   *
   * @return the reservation, which is released when closed
   * @throws PhotoException if the photo needs more heap than the total budget
   */
  Reservation reserve(DecodingNeed need) throws PhotoException {
    if (units(need.heap()) > units) {
      throw new PhotoException(
          Reason.TOO_MUCH_MEMORY, "decoding it takes more memory than is available");
    }
    int reserved = (int) Math.min(units, units(need.heap() + need.offHeap()));
    free.acquireUninterruptibly(reserved);
    return () -> free.release(reserved);
  }

  private static long units(long bytes) {
    return (bytes + UNIT - 1) / UNIT;
  }

  /** The memory reserved for one photo. */
  @FunctionalInterface
  interface Reservation extends AutoCloseable {
    @Override
    void close();
  }
}
