package dev.marque.benchmark;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/**
 * Sends ten times as many photos as a server can take, at a set pace and whatever it answers, and
 * tells whether it stays as good as its peak, which is measured just before. Starts the server
 * itself; fails (exit status 1) where a goal is missed.
 *
 * <p>Arguments: seconds of overload, times the peak, connections.
 */
public final class Overload {

  private static final int PEAK_CLIENTS = 32;
  private static final Duration WARM_UP = Duration.ofSeconds(15);
  private static final Duration WARM_UP_OVERLOAD = Duration.ofSeconds(45);
  private static final Duration PEAK = Duration.ofSeconds(20);
  private static final Duration AFTER = Duration.ofSeconds(10);

  private final int clients;
  private boolean missed;

  /**
   * @param clients connections, each with an account of its own
   */
  private Overload(int clients) {
    this.clients = clients;
  }

  /** Runs it. */
  public static void main(String[] arguments) throws Exception {
    int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 60;
    double times = arguments.length > 1 ? Double.parseDouble(arguments[1]) : 10;
    int clients = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 320;
    Overload overload = new Overload(clients);
    try (MeasuredServer server = MeasuredServer.start(Map.of());
        PhotoLoad load = new PhotoLoad(server.address(), LargePhoto.jpeg(), clients)) {
      overload.run(server, load, Duration.ofSeconds(seconds), times);
    }
    if (overload.missed) {
      System.exit(1);
    }
  }

  private void run(MeasuredServer server, PhotoLoad load, Duration time, double times)
      throws Exception {
    Answers first = load.saturate(PEAK_CLIENTS, WARM_UP);
    // The compiler takes up to half a core in the first minute of a load that the server has not
    // had before: both peak and overload are measured when it is done.
    load.atPace(clients, times * first.photosPerSecond(), WARM_UP_OVERLOAD);
    load.saturate(PEAK_CLIENTS, WARM_UP);
    Answers before = load.saturate(PEAK_CLIENTS, PEAK);
    double peak = before.photosPerSecond();
    say("peak: %.1f photos a second with %d clients%n%s", peak, PEAK_CLIENTS, before.table());

    double heap = server.heapAfterCollection();
    double memory = server.residentBytes();
    double ownBegin = ownProcessorSeconds();
    double serverBegin = server.processorSeconds();
    long begin = System.nanoTime();
    Answers during = load.atPace(clients, times * peak, time);
    double took = (System.nanoTime() - begin) / 1e9;
    double late = took - time.toMillis() / 1e3;
    double own = ownProcessorSeconds() - ownBegin;
    double serverTime = server.processorSeconds() - serverBegin;
    Answers after = load.saturate(PEAK_CLIENTS, AFTER);

    Times refused = during.of(503);
    say(
        "overload: %.0f requests a second for %d s over %d connections%n%s",
        times * peak, time.toSeconds(), clients, during.table());
    say(
        "processor time: %.2f cores by the load itself, %.2f by the server%n",
        own / took, serverTime / took);
    tell(
        during.allAnswered() == during.allSent() && during.broken() == 0,
        "%d of %d requests were answered, %d connections broke",
        during.allAnswered(),
        during.allSent(),
        during.broken());
    tell(
        refused.millis(0.5) < 50,
        "a refusal took %.1f ms (median), %.1f ms (p99); %.2f%% within 50 ms",
        refused.millis(0.5),
        refused.millis(0.99),
        100 * refused.within(50));
    tell(
        during.photosPerSecond() >= 0.9 * peak,
        "%.1f photos a second were told, %.0f%% of the peak",
        during.photosPerSecond(),
        100 * during.photosPerSecond() / peak);
    double heapAfter = server.heapAfterCollection();
    double memoryAfter = server.residentBytes();
    tell(
        memoryAfter < 1.1 * memory && heapAfter < heap + (8 << 20),
        "memory: resident %.0f MB before, %.0f after; heap after a collection %.0f MB, %.0f",
        memory / 1e6,
        memoryAfter / 1e6,
        heap / 1e6,
        heapAfter / 1e6);
    double normal = late + after.firstSecondWith(0.9 * peak);
    tell(
        normal <= 2,
        "back to nine tenths of the peak %.1f s after the last request (%.1f a second since)",
        normal,
        after.photosPerSecond());
  }

  private void tell(boolean holds, String format, Object... values) {
    missed |= !holds;
    say((holds ? "holds:  " : "MISSED: ") + format + "%n", values);
  }

  static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format, values);
    System.out.flush();
  }

  private static double ownProcessorSeconds() {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime() / 1e9;
  }
}
