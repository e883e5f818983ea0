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
 * Keeps a server at four fifths of what it can do, and looks for what grows. Starts the server
 * itself; fails (exit status 1) where the last third of the time has clearly more of something than
 * the first third. In the first five minutes heap and pools take their size; they do not count
 * where there are fifteen or more.
 *
 * <p>Arguments: minutes.
 */
public final class Soak {

  private static final int CLIENTS = 32;
  private static final int CONNECTIONS = 64;
  private static final double SHARE = 0.8;
  private static final Duration WARM_UP = Duration.ofSeconds(30);
  private static final Duration SETTLING = Duration.ofMinutes(5);
  private static final Duration EVERY = Duration.ofSeconds(10);

  /** Tokens are good for ten minutes. */
  private static final int SAMPLES_A_TOKEN = 24;

  private final MeasuredServer server;
  private final PhotoLoad load;
  private final List<Sample> samples = new ArrayList<>();
  private final AtomicBoolean over = new AtomicBoolean();

  private record Sample(
      double heap, double resident, double descriptors, double threads, double scratchFiles) {}

  private Soak(MeasuredServer server, PhotoLoad load) {
    this.server = server;
    this.load = load;
  }

  /** Runs it. */
  public static void main(String[] arguments) throws Exception {
    int minutes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 30;
    boolean grows;
    try (MeasuredServer server = MeasuredServer.start(Map.of());
        PhotoLoad load = new PhotoLoad(server.address(), LargePhoto.jpeg(), CONNECTIONS)) {
      grows = new Soak(server, load).run(Duration.ofMinutes(minutes));
    }
    if (grows) {
      System.exit(1);
    }
  }

  private boolean run(Duration time) throws Exception {
    load.saturate(CLIENTS, WARM_UP);
    double peak = load.saturate(CLIENTS, WARM_UP).photosPerSecond();
    double pace = SHARE * peak;
    Overload.say(
        "peak %.1f photos a second; now %.1f a second for %d minutes%n",
        peak, pace, time.toMinutes());
    load.renewTokens();
    Thread sampling = new Thread(this::sample, "samples");
    sampling.start();
    Answers answers = load.atPace(CONNECTIONS, pace, time);
    over.set(true);
    sampling.interrupt();
    sampling.join();
    Overload.say("%.1f photos a second%n%s", answers.photosPerSecond(), answers.table());
    if (time.compareTo(SETTLING.multipliedBy(3)) >= 0) {
      int settling = (int) SETTLING.dividedBy(EVERY);
      samples.subList(0, Math.min(settling, samples.size())).clear();
    }
    boolean grows = grows("heap after a collection, MB", Sample::heap, 1e6, 0.1, 4);
    grows |= grows("resident memory, MB", Sample::resident, 1e6, 0.05, 10);
    grows |= grows("file descriptors", Sample::descriptors, 1, 0, 4);
    grows |= grows("threads", Sample::threads, 1, 0, 2);
    grows |= grows("scratch files", Sample::scratchFiles, 1, 0, 0);
    return grows || answers.broken() > 0;
  }

  private void sample() {
    try {
      while (!over.get()) {
        Thread.sleep(EVERY.toMillis());
        Sample sample =
            new Sample(
                server.heapAfterCollection(),
                server.residentBytes(),
                server.descriptors(),
                server.threads(),
                server.scratchFiles());
        samples.add(sample);
        Overload.say(
            "%5d s: heap %.1f MB, resident %.0f MB, %.0f descriptors, %.0f threads, %.0f scratch%n",
            samples.size() * EVERY.toSeconds(),
            sample.heap / 1e6,
            sample.resident / 1e6,
            sample.descriptors,
            sample.threads,
            sample.scratchFiles);
        if (samples.size() % SAMPLES_A_TOKEN == 0) {
          load.renewTokens();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException | UncheckedIOException | IllegalStateException e) {
      Overload.say("no more samples: %s%n", e);
    }
  }

  /**
   * Whether the median of the last third is above that of the first by more than chance.
   *
   * @param share of it that may be chance
   * @param more or so much, in its unit
   */
  private boolean grows(
      String what,
      ToDoubleFunction<Sample> value,
      double unit,
      double share,
      double more) {
    int third = samples.size() / 3;
    if (third == 0) {
      Overload.say("%s: too few samples%n", what);
      return true;
    }
    double first = median(samples.subList(0, third), value) / unit;
    double last = median(samples.subList(samples.size() - third, samples.size()), value) / unit;
    boolean grows = last > first + Math.max(share * first, more);
    Overload.say(
        "%s: %.1f in the first third, %.1f in the last: %s%n",
        what, first, last, grows ? "GROWS" : "does not grow");
    return grows;
  }

  private static double median(
      List<Sample> some, ToDoubleFunction<Sample> value) {
    double[] sorted = some.stream().mapToDouble(value).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
