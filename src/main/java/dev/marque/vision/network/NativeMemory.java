package dev.marque.vision.network;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tunes the C library's allocator for the large arrays of forward passes and training steps. By
 * default it returns each array to the system and requests it again, and the page faults cost up to
 * a third of the throughput.
 */
final class NativeMemory {

  private static final Logger LOG = LoggerFactory.getLogger(NativeMemory.class);

  // From malloc.h.
  private static final int TRIM_THRESHOLD = -1;
  private static final int TOP_PAD = -2;
  private static final int MMAP_THRESHOLD = -3;
  private static final int ARENA_MAX = -8;

  /** One for the network's thread, one for all others: each retains its peak size. */
  private static final int ARENAS = 2;

  /**
   * Freed arrays of at least this many bytes are returned to the system. Those of a serving pass
   * are smaller. Those of a training step would leave gaps between smaller ones, 1 GB in all.
   */
  private static final int LARGE_ARRAY = 16 << 20;

  private NativeMemory() {}

  /** The part of glibc that is used here. */
  private interface GlibC extends Library {
    @SuppressWarnings("MethodName")
    int mallopt(int parameter, int value);
  }

  /**
   * Makes the allocator retain freed memory, except large arrays. Only glibc needs and supports
   * this.
   */
  static void keepForReuse() {
    if (!Platform.isLinux()) {
      return;
    }
    try {
      GlibC library = Native.load("c", GlibC.class);
      boolean set =
          library.mallopt(MMAP_THRESHOLD, LARGE_ARRAY) == 1
              && library.mallopt(TRIM_THRESHOLD, Integer.MAX_VALUE) == 1
              && library.mallopt(TOP_PAD, 64 << 20) == 1
              && library.mallopt(ARENA_MAX, ARENAS) == 1;
      LOG.debug("allocator retains freed memory: {}", set);
    } catch (UnsatisfiedLinkError e) {
      LOG.debug("this C library has no mallopt", e);
    }
  }
}
