package dev.marque.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToDoubleFunction;

/**
 * Soak test: keeps a server at 80% of its peak and looks for leaks. Starts the server itself; exits
 * with status 1 if a resource is clearly higher in the last third of the run than in the first, if
 * a connection broke, if a photo was answered other than 201 or 503, or if there are too few
 * samples. In runs of fifteen minutes or more the first five do not count, because heap and pools
 * still grow to their working size.
 *
 * <p>Arguments: minutes (default 30).
 */
public final class Soak {

  private static final int CLIENTS = 32;
  private static final int CONNECTIONS = 64;
  private static final double SHARE = 0.8;
  private static final Duration WARM_UP = Duration.ofSeconds(30);
  private static final Duration SETTLING = Duration.ofMinutes(5);
  private static final Duration SAMPLE_INTERVAL = Duration.ofSeconds(10);

  /** Tokens are valid for ten minutes; they are renewed every four. */
  private static final int SAMPLES_PER_TOKEN = 24;

  private final MeasuredServer server;
  private final PhotoLoad load;
  private final List<Sample> samples = new ArrayList<>();
  private final AtomicBoolean finished = new AtomicBoolean();

  private record Sample(
      double heap, double resident, double descriptors, double threads, double scratchFiles) {}

  private Soak(MeasuredServer server, PhotoLoad load) {
    this.server = server;
    this.load = load;
  }

  /** Runs the soak test. */
  public static void main(String[] arguments) throws Exception {
    int minutes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 30;
    boolean failed;
    try (MeasuredServer server = MeasuredServer.start(Map.of());
        PhotoLoad load = new PhotoLoad(server.address(), LargePhoto.jpeg(), CONNECTIONS)) {
      failed = new Soak(server, load).run(Duration.ofMinutes(minutes));
    }
    if (failed) {
      System.exit(1);
    }
  }

  private boolean run(Duration time) throws Exception {
    load.saturate(CLIENTS, WARM_UP);
    double peak = load.saturate(CLIENTS, WARM_UP).photosPerSecond();
    double rate = SHARE * peak;
    Overload.print(
        "peak: %.1f photos/s; sending %.1f photos/s for %d minutes%n",
        peak, rate, time.toMinutes());
    load.renewTokens();
    Thread sampling = new Thread(this::sample, "samples");
    sampling.start();
    Answers answers = load.atRate(CONNECTIONS, rate, time);
    finished.set(true);
    sampling.interrupt();
    sampling.join();
    Overload.print("%.1f photos/s%n%s", answers.photosPerSecond(), answers.table());
    if (time.compareTo(SETTLING.multipliedBy(3)) >= 0) {
      int settling = (int) SETTLING.dividedBy(SAMPLE_INTERVAL);
      samples.subList(0, Math.min(settling, samples.size())).clear();
    }
    boolean grows = grows("heap after GC, MB", Sample::heap, 1e6, 0.1, 4);
    grows |= grows("resident memory, MB", Sample::resident, 1e6, 0.05, 10);
    grows |= grows("file descriptors", Sample::descriptors, 1, 0, 4);
    grows |= grows("threads", Sample::threads, 1, 0, 2);
    grows |= grows("scratch files", Sample::scratchFiles, 1, 0, 0);
    int expected = answers.of(201).count() + answers.of(503).count();
    return grows || answers.broken() > 0 || expected < answers.allSent();
  }

  private void sample() {
    try {
      while (!finished.get()) {
        Thread.sleep(SAMPLE_INTERVAL.toMillis());
        Sample sample =
            new Sample(
                server.heapAfterCollection(),
                server.residentBytes(),
                server.descriptors(),
                server.threads(),
                server.scratchFiles());
        samples.add(sample);
        Overload.print(
            "%5d s: heap %.1f MB, resident %.0f MB, %.0f descriptors, %.0f threads, %.0f scratch%n",
            samples.size() * SAMPLE_INTERVAL.toSeconds(),
            sample.heap / 1e6,
            sample.resident / 1e6,
            sample.descriptors,
            sample.threads,
            sample.scratchFiles);
        if (samples.size() % SAMPLES_PER_TOKEN == 0) {
          load.renewTokens();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | UncheckedIOException | IllegalStateException e) {
      Overload.print("sampling failed: %s%n", e);
    }
  }

  /**
   * Returns whether the median of the last third exceeds that of the first by more than noise.
   *
   * @param share relative increase that counts as noise
   * @param more absolute increase that counts as noise, in units; the larger of the two applies
   */
  private boolean grows(
      String what, ToDoubleFunction<Sample> value, double unit, double share, double more) {
    int third = samples.size() / 3;
    if (third == 0) {
      Overload.print("%s: too few samples%n", what);
      return true;
    }
    double first = median(samples.subList(0, third), value) / unit;
    double last = median(samples.subList(samples.size() - third, samples.size()), value) / unit;
    boolean grows = last > first + Math.max(share * first, more);
    Overload.print(
        "%s: %.1f in the first third, %.1f in the last: %s%n",
        what, first, last, grows ? "GROWS" : "does not grow");
    return grows;
  }

  private static double median(List<Sample> samples, ToDoubleFunction<Sample> value) {
    double[] sorted = samples.stream().mapToDouble(value).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
