package dev.marque.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Open-loop overload: sends photos at a multiple of the peak rate and checks that the server keeps
 * up its throughput and refuses the rest quickly. The peak is the mean of what was measured just
 * before and just after, because a shared machine may change its speed by several percent within
 * minutes. For the same reason one round says little about throughput: with several rounds, whose
 * peaks lie between them, the mean of all must reach the goal. Starts the server itself; exits with
 * status 1 if a goal is missed.
 *
 * <p>Arguments: seconds of overload (default 60), rounds (1), multiple of the peak (10),
 * connections (320).
 */
public final class Overload {

  private static final int PEAK_CLIENTS = 32;
  private static final Duration WARM_UP = Duration.ofSeconds(15);
  private static final Duration PEAK = Duration.ofSeconds(30);
  private static final double THROUGHPUT_GOAL = 0.9;

  private final MeasuredServer server;
  private final PhotoLoad load;
  private final Duration time;
  private final double multiple;
  private final int clients;
  private boolean missed;

  /**
   * @param time duration of each overload
   * @param multiple requests sent, relative to the peak
   * @param clients number of connections, each with its own account
   */
  private Overload(
      MeasuredServer server, PhotoLoad load, Duration time, double multiple, int clients) {
    this.server = server;
    this.load = load;
    this.time = time;
    this.multiple = multiple;
    this.clients = clients;
  }

  /** Runs the measurement. */
  public static void main(String[] arguments) throws Exception {
    int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 60;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1;
    double multiple = arguments.length > 2 ? Double.parseDouble(arguments[2]) : 10;
    int clients = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 320;
    boolean missed;
    try (MeasuredServer server = MeasuredServer.start(Map.of());
        PhotoLoad load = new PhotoLoad(server.address(), LargePhoto.jpeg(), clients)) {
      Overload overload =
          new Overload(server, load, Duration.ofSeconds(seconds), multiple, clients);
      overload.run(rounds);
      missed = overload.missed;
    }
    if (missed) {
      System.exit(1);
    }
  }

  private void run(int rounds) throws IOException {
    Answers first = load.saturate(PEAK_CLIENTS, WARM_UP);
    WarmUp.untilCompiled(
        server,
        () -> {
          load.atRate(clients, multiple * first.photosPerSecond(), WARM_UP);
          load.saturate(PEAK_CLIENTS, WARM_UP);
        });
    // Access tokens expire after ten minutes, so all are renewed after the warm-up and between
    // rounds.
    load.renewTokens();
    Answers before = load.saturate(PEAK_CLIENTS, PEAK);
    print(
        "peak: %.1f photos/s with %d clients%n%s",
        before.photosPerSecond(), PEAK_CLIENTS, before.table());

    List<Double> shares = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      if (i > 0) {
        load.renewTokens();
      }
      double heap = server.heapAfterCollection();
      double memory = server.residentBytes();
      long begin = System.nanoTime();
      Answers during = overload(multiple * before.photosPerSecond());
      double late = (System.nanoTime() - begin) / 1e9 - time.toMillis() / 1e3;
      Answers after = load.saturate(PEAK_CLIENTS, PEAK);
      reportAnswers(during);
      shares.add(reportPeak(before, during, after, late));
      reportMemory(heap, memory);
      before = after;
    }
    double mean = shares.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    report(
        mean >= THROUGHPUT_GOAL,
        "throughput: %.1f%% of the peak%s",
        100 * mean,
        shares.size() > 1
            ? String.format(
                Locale.ROOT,
                ", the mean of %d rounds (standard error %.1f)",
                shares.size(),
                100 * standardError(shares, mean))
            : "");
  }

  private Answers overload(double rate) throws IOException {
    double ownBegin = ownProcessorSeconds();
    double serverBegin = server.processorSeconds();
    long begin = System.nanoTime();
    Answers answers = load.atRate(clients, rate, time);
    double took = (System.nanoTime() - begin) / 1e9;
    print(
        "overload: %.0f requests/s for %d s over %d connections%n%s",
        rate, time.toSeconds(), clients, answers.table());
    print(
        "CPU: %.2f cores for the load generator, %.2f for the server%n",
        (ownProcessorSeconds() - ownBegin) / took,
        (server.processorSeconds() - serverBegin) / took);
    return answers;
  }

  private void reportAnswers(Answers during) {
    Times refused = during.of(503);
    int expected = during.of(201).count() + refused.count();
    report(
        expected == during.allSent() && during.broken() == 0,
        "%d of %d requests were answered with 201 or 503, %d connections broke",
        expected,
        during.allSent(),
        during.broken());
    report(
        refused.millis(0.5) < 50,
        "refusals: median %.1f ms, p99 %.1f ms; %.2f%% within 50 ms",
        refused.millis(0.5),
        refused.millis(0.99),
        100 * refused.within(50));
  }

  /**
   * Returns the throughput relative to the peak.
   *
   * @param late seconds between the last request of the overload and the first of {@code after}
   */
  private double reportPeak(Answers before, Answers during, Answers after, double late) {
    double peak = (before.photosPerSecond() + after.photosPerSecond()) / 2;
    double share = during.photosPerSecond() / peak;
    print(
        "        %.1f photos/s were classified, %.1f%% of the peak: %.1f before, %.1f after%n",
        during.photosPerSecond(), 100 * share, before.photosPerSecond(), after.photosPerSecond());
    double recovery = late + after.firstSecondWith(THROUGHPUT_GOAL * peak);
    report(recovery <= 2, "back at 90%% of the peak %.1f s after the last request", recovery);
    return share;
  }

  private void reportMemory(double heap, double memory) throws IOException {
    double heapAfter = server.heapAfterCollection();
    double memoryAfter = server.residentBytes();
    report(
        memoryAfter < 1.1 * memory && heapAfter < heap + (8 << 20),
        "memory: resident %.0f MB before, %.0f MB after; heap after GC %.0f MB, %.0f MB",
        memory / 1e6,
        memoryAfter / 1e6,
        heap / 1e6,
        heapAfter / 1e6);
  }

  /** Returns the standard error of the mean. */
  private static double standardError(List<Double> values, double mean) {
    double squares = values.stream().mapToDouble(value -> (value - mean) * (value - mean)).sum();
    return Math.sqrt(squares / (values.size() - 1) / values.size());
  }

  private void report(boolean holds, String format, Object... values) {
    missed |= !holds;
    print((holds ? "holds:  " : "MISSED: ") + format + "%n", values);
  }

  static void print(String format, Object... values) {
    System.out.printf(Locale.ROOT, format, values);
    System.out.flush();
  }

  private static double ownProcessorSeconds() {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime() / 1e9;
  }
}
