package dev.marque.benchmark;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/**
 * Open-loop overload: sends photos at a multiple of the peak rate and checks that the server keeps
 * up its throughput and refuses the rest quickly. The peak is the mean of what was measured just
 * before and just after, because a shared machine may change its speed by several percent within
 * minutes. Starts the server itself; exits with status 1 if a goal is missed.
 *
 * <p>Arguments: seconds of overload (default 60), multiple of the peak (10), connections (320).
 */
public final class Overload {

  private static final int PEAK_CLIENTS = 32;
  private static final Duration WARM_UP = Duration.ofSeconds(15);
  private static final Duration PEAK = Duration.ofSeconds(30);

  private final int clients;
  private boolean missed;

  /**
   * @param clients number of connections, each with its own account
   */
  private Overload(int clients) {
    this.clients = clients;
  }

  /** Runs the measurement. */
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
    WarmUp.untilCompiled(
        server,
        () -> {
          load.atRate(clients, times * first.photosPerSecond(), WARM_UP);
          load.saturate(PEAK_CLIENTS, WARM_UP);
        });
    Answers before = load.saturate(PEAK_CLIENTS, PEAK);
    double rate = times * before.photosPerSecond();
    print(
        "before: %.1f photos/s with %d clients%n%s",
        before.photosPerSecond(), PEAK_CLIENTS, before.table());

    double heap = server.heapAfterCollection();
    double memory = server.residentBytes();
    double ownBegin = ownProcessorSeconds();
    double serverBegin = server.processorSeconds();
    long begin = System.nanoTime();
    Answers during = load.atRate(clients, rate, time);
    double took = (System.nanoTime() - begin) / 1e9;
    double late = took - time.toMillis() / 1e3;
    double own = ownProcessorSeconds() - ownBegin;
    double serverTime = server.processorSeconds() - serverBegin;
    Answers after = load.saturate(PEAK_CLIENTS, PEAK);
    double peak = (before.photosPerSecond() + after.photosPerSecond()) / 2;

    Times refused = during.of(503);
    print(
        "overload: %.0f requests/s for %d s over %d connections%n%s",
        rate, time.toSeconds(), clients, during.table());
    print(
        "CPU: %.2f cores for the load generator, %.2f for the server%n",
        own / took, serverTime / took);
    report(
        during.allAnswered() == during.allSent() && during.broken() == 0,
        "%d of %d requests were answered, %d connections broke",
        during.allAnswered(),
        during.allSent(),
        during.broken());
    report(
        refused.millis(0.5) < 50,
        "refusals: median %.1f ms, p99 %.1f ms; %.2f%% within 50 ms",
        refused.millis(0.5),
        refused.millis(0.99),
        100 * refused.within(50));
    report(
        during.photosPerSecond() >= 0.9 * peak,
        "%.1f photos/s were classified, %.1f%% of the peak: %.1f before, %.1f after",
        during.photosPerSecond(),
        100 * during.photosPerSecond() / peak,
        before.photosPerSecond(),
        after.photosPerSecond());
    double heapAfter = server.heapAfterCollection();
    double memoryAfter = server.residentBytes();
    report(
        memoryAfter < 1.1 * memory && heapAfter < heap + (8 << 20),
        "memory: resident %.0f MB before, %.0f MB after; heap after GC %.0f MB, %.0f MB",
        memory / 1e6,
        memoryAfter / 1e6,
        heap / 1e6,
        heapAfter / 1e6);
    double recovery = late + after.firstSecondWith(0.9 * peak);
    report(
        recovery <= 2,
        "back at 90%% of the peak %.1f s after the last request",
        recovery);
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
