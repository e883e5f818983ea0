package dev.marque.vision.network;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the C library's allocator treats the large arrays of a forward pass or a training step. By
 * default it returns each to the system and asks for it again, and the page faults cost up to a
 * third of the throughput.
 */
final class NativeMemory {

  private static final Logger LOG = LoggerFactory.getLogger(NativeMemory.class);

  // Of malloc.h.
  private static final int TRIM_THRESHOLD = -1;
  private static final int TOP_PAD = -2;
  private static final int MMAP_THRESHOLD = -3;
  private static final int ARENA_MAX = -8;

  /** One for the network's thread, one for all others: each keeps what it once had. */
  private static final int ARENAS = 2;

  private NativeMemory() {}

  /** Part of glibc. */
  private interface GlibC extends Library {
    @SuppressWarnings("MethodName")
    int mallopt(int parameter, int value);
  }

  /** Keeps freed memory for the next step. Only glibc needs it and offers it. */
  static void keepForReuse() {
    if (!Platform.isLinux()) {
      return;
    }
    try {
      GlibC library = Native.load("c", GlibC.class);
      boolean set =
          library.mallopt(MMAP_THRESHOLD, 1 << 30) == 1
              && library.mallopt(TRIM_THRESHOLD, Integer.MAX_VALUE) == 1
              && library.mallopt(TOP_PAD, 64 << 20) == 1
              && library.mallopt(ARENA_MAX, ARENAS) == 1;
      LOG.debug("allocator keeps freed memory: {}", set);
    } catch (UnsatisfiedLinkError e) {
      LOG.debug("this C library has no mallopt", e);
    }
  }
}
