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
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The stages of a photo on an inference node, in elapsed time; the network runs on all cores. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@State(Scope.Benchmark)
public class PhotoBenchmark {

  private static final PhotoLimits LIMITS = PhotoLimits.megapixels(40);

  private byte[] file = new byte[0];
  private Pixels pixels = new Pixels(1, 1, new byte[3]);
  private Pixels copy = pixels;
  private List<Prepared> one = List.of();
  private List<Prepared> eight = List.of();
  private Recognizer recognizer;

  /** Creates the photo that the budget specifies and loads the shipped network. */
  @Setup
  public void load() throws IOException, PhotoException {
    file = LargePhoto.jpeg();
    pixels = PhotoReader.read(file, LIMITS, 400).pixels();
    copy = Resampling.fit(pixels, 512);
    recognizer = Recognizer.load(Path.of("model"));
    one = List.of(recognizer.prepare(pixels));
    eight = Collections.nCopies(8, one.get(0));
  }

  @TearDown
  public void close() {
    recognizer.close();
  }

  @Benchmark
  public Photo decode() throws PhotoException {
    return PhotoReader.read(file, LIMITS, 400);
  }

  @Benchmark
  public Prepared preprocess() {
    return recognizer.prepare(pixels);
  }

  @Benchmark
  public byte[] copies() {
    byte[] large = JpegWriter.write(copy);
    return large.length == 0 ? large : JpegWriter.write(Resampling.fit(copy, 160));
  }

  @Benchmark
  public List<Recognition> networkWithOne() {
    return recognizer.recognize(one);
  }

  /** The time of one forward pass of eight photos, not of one photo. */
  @Benchmark
  public List<Recognition> networkWithEight() {
    return recognizer.recognize(eight);
  }

  @Benchmark
  public List<Recognition> wholeRecognizer() throws PhotoException {
    return recognizer.recognize(
        List.of(recognizer.prepare(PhotoReader.read(file, LIMITS, 400).pixels())));
  }
}
