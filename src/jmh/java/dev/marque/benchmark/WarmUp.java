package dev.marque.benchmark;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Runs load until the server's JIT compiler is idle. It takes up to half a core in the first minute
 * of a new kind of load and a twentieth after three, because rarely called methods reach its
 * threshold late; a server that has been running for longer spends that time on photos.
 */
final class WarmUp {

  /** Compilation per second of load that counts as idle. */
  private static final double IDLE = 0.01;

  private static final int MAX_ROUNDS = 20;

  private WarmUp() {}

  /** One round of load. */
  @FunctionalInterface
  interface Round {

    void run() throws IOException;
  }

  /** Repeats the round until the compiler is idle during one, at most twenty times. */
  static void untilCompiled(MeasuredServer server, Round round) throws IOException {
    untilCompiled(List.of(server), round);
  }

  /** The same for several servers, none of which may be compiling at the end. */
  static void untilCompiled(List<MeasuredServer> servers, Round round) throws IOException {
    long begin = System.nanoTime();
    double share = 1;
    for (int i = 0; i < MAX_ROUNDS && share > IDLE; i++) {
      List<Double> compiled = compilationSeconds(servers);
      long since = System.nanoTime();
      round.run();
      double seconds = (System.nanoTime() - since) / 1e9;
      List<Double> compiledAfter = compilationSeconds(servers);
      share =
          IntStream.range(0, servers.size())
              .mapToDouble(server -> (compiledAfter.get(server) - compiled.get(server)) / seconds)
              .max()
              .orElseThrow();
    }
    Overload.print(
        "warm-up: %.0f s, at the end of which the JIT compiler was busy %.1f%% of the time%n",
        (System.nanoTime() - begin) / 1e9, 100 * share);
  }

  private static List<Double> compilationSeconds(List<MeasuredServer> servers) {
    return servers.stream().map(WarmUp::compilationSeconds).toList();
  }

  private static double compilationSeconds(MeasuredServer server) {
    double millis = server.metric("jvm_compilation_time_ms_total");
    if (millis == 0) {
      throw new IllegalStateException("the server does not report its compilation time");
    }
    return millis / 1e3;
  }
}
