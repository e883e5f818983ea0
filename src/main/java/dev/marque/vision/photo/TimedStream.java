package dev.marque.vision.photo;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A photo's bytes, which a decoder gets for a bounded time of its thread's processor, so that an
 * honest photo is read on a busy machine too. Of all formats a decoder works as it reads: a
 * progressive JPEG of a few megabytes may go over all its pixels a hundred thousand times, and no
 * header tells so. To be made and read on one thread.
 */
final class TimedStream extends MemoryCacheImageInputStream {

  /** How many single bytes are read between two looks at the time. */
  private static final int LOOK_EVERY = 1 << 10;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final long end;
  private int singles;

  TimedStream(byte[] bytes, Duration patience) {
    super(new ByteArrayInputStream(bytes));
    this.end = THREADS.getCurrentThreadCpuTime() + patience.toNanos();
  }

  @Override
  public int read() throws IOException {
    if (++singles % LOOK_EVERY == 0) {
      look();
    }
    return super.read();
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    look();
    return super.read(into, offset, length);
  }

  private void look() throws IOException {
    if (THREADS.getCurrentThreadCpuTime() - end > 0) {
      throw new IOException("decoding takes too long");
    }
  }
}
