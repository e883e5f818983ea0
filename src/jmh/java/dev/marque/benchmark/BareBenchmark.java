package dev.marque.benchmark;

import dev.marque.vision.Prepared;
import dev.marque.vision.Recognition;
import dev.marque.vision.Recognizer;
import dev.marque.vision.photo.JpegWriter;
import dev.marque.vision.photo.Photo;
import dev.marque.vision.photo.PhotoException;
import dev.marque.vision.photo.PhotoLimits;
import dev.marque.vision.photo.PhotoReader;
import dev.marque.vision.photo.Pixels;
import dev.marque.vision.photo.Resampling;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Photos per second without a server, one full batch at a time. The gap between this and a server's
 * throughput is the server's own cost; {@link Overhead} compares the two.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 5)
@Measurement(iterations = 3, time = 5)
@State(Scope.Benchmark)
public class BareBenchmark {

  private static final int BATCH = 8;
  private static final int DECODED_SIDE = 400;
  private static final PhotoLimits LIMITS = PhotoLimits.megapixels(40);

  private byte[] file = new byte[0];
  private Recognizer recognizer;

  /** Creates the photo that the budget specifies and loads the shipped network. */
  @Setup
  public void load() throws IOException, PhotoException {
    file = LargePhoto.jpeg();
    recognizer = Recognizer.load(Path.of("model"));
  }

  @TearDown
  public void close() {
    recognizer.close();
  }

  /** Decodes on all cores, then runs the network on all cores. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public List<Recognition> decodeAndNetwork() {
    return recognizer.recognize(batch(false));
  }

  /** The same, and also encodes the copies that the server stores. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public List<Recognition> decodeNetworkAndCopies() {
    return recognizer.recognize(batch(true));
  }

  /** Each core alternates between decoding and the network, so no core waits for another. */
  @Benchmark
  @Threads(Threads.MAX)
  @OperationsPerInvocation(BATCH)
  public List<Recognition> coreByCore() {
    return recognizer.recognize(
        IntStream.range(0, BATCH).mapToObj(i -> prepare(false)).toList(), 1);
  }

  private List<Prepared> batch(boolean copies) {
    return IntStream.range(0, BATCH).parallel().mapToObj(i -> prepare(copies)).toList();
  }

  private Prepared prepare(boolean copies) {
    try {
      Photo photo = PhotoReader.read(file, LIMITS, DECODED_SIDE);
      if (copies && copies(photo.pixels()) == 0) {
        throw new IllegalStateException("no copy");
      }
      return recognizer.prepare(photo.pixels());
    } catch (PhotoException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int copies(Pixels pixels) {
    Pixels copy = Resampling.fit(pixels, 512);
    return JpegWriter.write(copy).length + JpegWriter.write(Resampling.fit(copy, 160)).length;
  }
}
