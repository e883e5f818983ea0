package dev.marque.vision.photo;

import dev.marque.vision.photo.PhotoException.Reason;
import java.util.concurrent.Semaphore;

/**
 * The memory that all photos that are being decoded may take together, so that several large ones
 * at a time wait for each other instead of leaving nothing for everybody else. Thread-safe.
 */
final class DecodingMemory {

  /** Half of the heap: the other half is for all that is no photo in work. */
  private static final DecodingMemory OF_THIS_PROCESS =
      new DecodingMemory(Runtime.getRuntime().maxMemory() / 2);

  private static final int UNIT = 1 << 20;

  private final int units;
  private final Semaphore free;

  /**
   * @param bytes that all together may take
   */
  DecodingMemory(long bytes) {
    this.units = Math.toIntExact(Math.min(Integer.MAX_VALUE, bytes / UNIT));
    // First come, first served: a large photo is not passed by small ones for ever.
    this.free = new Semaphore(units, true);
  }

  /** The one that all readers of this process share. */
  static DecodingMemory ofThisProcess() {
    return OF_THIS_PROCESS;
  }

  /**
   * Waits until there is as much memory left as a photo needs.
   *
   * @return gives it back when closed
   * @throws PhotoException if there is never that much
   */
  Reserved reserve(DecodingNeed need) throws PhotoException {
    if (units(need.heap()) > units) {
      throw new PhotoException(
          Reason.TOO_MUCH_MEMORY, "to decode it takes more memory than there is");
    }
    int reserved = (int) Math.min(units, units(need.heap() + need.outside()));
    free.acquireUninterruptibly(reserved);
    return () -> free.release(reserved);
  }

  private static long units(long bytes) {
    return (bytes + UNIT - 1) / UNIT;
  }

  /** What a photo in work holds. */
  @FunctionalInterface
  interface Reserved extends AutoCloseable {
    @Override
    void close();
  }
}
