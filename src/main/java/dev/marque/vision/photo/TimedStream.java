package dev.marque.vision.photo;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A photo's bytes, which a decoder gets for a bounded time of its thread's processor, so that an
 * honest photo is read on a busy machine too. Of all formats a decoder works as it reads: a
 * progressive JPEG of a few megabytes may go over all its pixels a hundred thousand times, and no
 * header tells so. Who looks beyond the end again and again is stopped before: a decoder meets it a
 * few times, one that goes round in circles at every pixel. To be made and read on one thread.
 */
final class TimedStream extends MemoryCacheImageInputStream {

  /** How many bytes are read between two looks at the time, which is not free. */
  private static final int LOOK_EVERY = 1 << 10;

  /** How often an honest decoder may look beyond the end, many times over. */
  private static final int LOOKS_BEYOND_END = 1000;

  /**
   * How many bytes the decoder of lossless WebP holds beyond those that it is done with. Where it
   * cannot have them it asks for them anew at every pixel, a microsecond each: ten seconds for a
   * file of 38 bytes that is a legal picture of one colour.
   */
  private static final int WEBP_LOOKAHEAD = Long.BYTES;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final long end;
  private long mostAllocated = Long.MAX_VALUE;
  private int unseen;
  private int beyondEnd;

  TimedStream(byte[] bytes, PhotoFormat format, Duration patience) {
    super(stream(bytes, format));
    this.end = THREADS.getCurrentThreadCpuTime() + patience.toNanos();
  }

  private static InputStream stream(byte[] bytes, PhotoFormat format) {
    InputStream file = new ByteArrayInputStream(bytes);
    return format == PhotoFormat.WEBP
        ? new SequenceInputStream(file, new ByteArrayInputStream(new byte[WEBP_LOOKAHEAD]))
        : file;
  }

  @Override
  public int read() throws IOException {
    count(1);
    return counted(super.read());
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    count(length);
    return counted(super.read(into, offset, length));
  }

  private int counted(int read) throws IOException {
    if (read < 0 && ++beyondEnd > LOOKS_BEYOND_END) {
      throw new IOException("decoding goes on beyond the end");
    }
    return read;
  }

  private void count(int bytes) throws IOException {
    unseen += bytes;
    if (unseen < 0 || unseen >= LOOK_EVERY) {
      unseen = 0;
      look();
    }
  }

  private void look() throws IOException {
    if (THREADS.getCurrentThreadCpuTime() - end > 0) {
      throw new IOException("decoding takes too long");
    }
    if (mostAllocated < Long.MAX_VALUE
        && THREADS.getCurrentThreadAllocatedBytes() > mostAllocated) {
      throw new TooMuchMemory();
    }
  }

  /** From now on the thread may allocate so many bytes before it is stopped. */
  void allow(long bytes) {
    mostAllocated = THREADS.getCurrentThreadAllocatedBytes() + bytes;
  }

  /** More was allocated than allowed. */
  static final class TooMuchMemory extends IOException {
    private static final long serialVersionUID = 1;
  }
}
