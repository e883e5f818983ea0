package dev.marque.vision.photo;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * The bytes of a photo with a limit of processor time for the decoder's thread. Wall-clock time
 * would reject ordinary photos on a busy machine. The limit is checked on reads, because decoders
 * of all formats read while they work. It is needed because no header bounds the work: a
 * progressive JPEG of a few megabytes may make the decoder process all its pixels a hundred
 * thousand times. Repeated reads beyond the end are limited as well: a decoder makes a few of them,
 * unless it is stuck and reads there for every pixel. Must be created and read on one thread.
 */
final class TimedStream extends ImageInputStreamImpl {

  /** Number of bytes between two checks, which are not free. */
  private static final int CHECK_INTERVAL = 1 << 10;

  /** Maximum number of reads beyond the end, many times what an ordinary photo needs. */
  private static final int MAX_READS_BEYOND_END = 1000;

  /**
   * Number of bytes that the lossless WebP decoder reads ahead. If they are missing it tries again
   * at every pixel, a microsecond each: ten seconds for a valid file of 38 bytes with an image of a
   * single colour.
   */
  private static final int WEBP_LOOKAHEAD = Long.BYTES;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final byte[] NOTHING = {};

  private final long end;
  private byte[] bytes;
  private long maxAllocated = Long.MAX_VALUE;
  private int unchecked;
  private int beyondEnd;

  TimedStream(byte[] bytes, PhotoFormat format, Duration timeout) {
    this.bytes =
        format == PhotoFormat.WEBP ? Arrays.copyOf(bytes, bytes.length + WEBP_LOOKAHEAD) : bytes;
    this.end = THREADS.getCurrentThreadCpuTime() + timeout.toNanos();
  }

  @Override
  public int read() throws IOException {
    checkClosed();
    count(1);
    bitOffset = 0;
    return counted(streamPos < bytes.length ? bytes[(int) streamPos++] & 0xff : -1);
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    checkClosed();
    Objects.checkFromIndexSize(offset, length, into.length);
    count(length);
    bitOffset = 0;
    if (length == 0) {
      return 0;
    }
    int copied = (int) Math.min(length, bytes.length - streamPos);
    if (copied <= 0) {
      return counted(-1);
    }
    System.arraycopy(bytes, (int) streamPos, into, offset, copied);
    streamPos += copied;
    return copied;
  }

  /** Also drops the bytes, because the superclass's finalizer delays this object's collection. */
  @Override
  public void close() throws IOException {
    super.close();
    bytes = NOTHING;
  }

  private int counted(int read) throws IOException {
    if (read < 0 && ++beyondEnd > MAX_READS_BEYOND_END) {
      throw new IOException("the decoder keeps reading beyond the end");
    }
    return read;
  }

  private void count(int bytes) throws IOException {
    unchecked += bytes;
    if (unchecked < 0 || unchecked >= CHECK_INTERVAL) {
      unchecked = 0;
      check();
    }
  }

  private void check() throws IOException {
    if (THREADS.getCurrentThreadCpuTime() - end > 0) {
      throw new IOException("decoding takes too long");
    }
    if (maxAllocated < Long.MAX_VALUE && THREADS.getCurrentThreadAllocatedBytes() > maxAllocated) {
      throw new TooMuchMemory();
    }
  }

  /** Limits the bytes that the thread may allocate from now on. */
  void allow(long bytes) {
    maxAllocated = THREADS.getCurrentThreadAllocatedBytes() + bytes;
  }

  /** Thrown if the thread has allocated more than allowed. */
  static final class TooMuchMemory extends IOException {
    private static final long serialVersionUID = 1;
  }
}
