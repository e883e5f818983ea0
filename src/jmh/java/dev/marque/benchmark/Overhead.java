package dev.marque.benchmark;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Compares the throughput of a server over HTTP, with accounts, database, stored copies and the
 * load generator on the same cores, with that of bare decoding and network. The two alternate, with
 * the same photo.
 *
 * <p>Arguments: rounds, seconds per HTTP measurement.
 */
public final class Overhead {

  private static final int CLIENTS = 32;
  private static final Duration WARM_UP = Duration.ofSeconds(15);

  private Overhead() {}

  /** Runs the comparison. */
  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 2;
    int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20;
    double bare = 0;
    double copies = 0;
    double coreByCore = 0;
    double served = 0;
    for (int round = 1; round <= rounds; round++) {
      double bareNow = bare("decodeAndNetwork");
      double copiesNow = bare("decodeNetworkAndCopies");
      double coreByCoreNow = bare("coreByCore");
      double servedNow = served(Duration.ofSeconds(seconds));
      Overload.print(
          "round %d: bare %.1f photos/s, with copies %.1f, core by core %.1f,"
              + " over HTTP %.1f%n",
          round, bareNow, copiesNow, coreByCoreNow, servedNow);
      bare += bareNow / rounds;
      copies += copiesNow / rounds;
      coreByCore += coreByCoreNow / rounds;
      served += servedNow / rounds;
    }
    Overload.print(
        "over HTTP / bare decoding and network: %.3f%n"
            + "over HTTP / the same with stored copies: %.3f%n"
            + "over HTTP / bare, each core on its own: %.3f%n",
        served / bare, served / copies, served / coreByCore);
  }

  private static double bare(String name) throws RunnerException {
    Collection<RunResult> results =
        new Runner(
                new OptionsBuilder()
                    .include("\\.BareBenchmark\\." + name + "$")
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();
    return results.iterator().next().getPrimaryResult().getScore();
  }

  private static double served(Duration time) throws Exception {
    try (MeasuredServer server = MeasuredServer.start(Map.of());
        PhotoLoad load = new PhotoLoad(server.address(), LargePhoto.jpeg(), CLIENTS)) {
      WarmUp.untilCompiled(server, () -> load.saturate(CLIENTS, WARM_UP));
      double batches = server.metric("marque_inference_batch_count");
      double photos = server.metric("marque_inference_batch_sum");
      Answers answers = load.saturate(CLIENTS, time);
      batches = server.metric("marque_inference_batch_count") - batches;
      photos = server.metric("marque_inference_batch_sum") - photos;
      if (answers.broken() > 0 || answers.of(201).count() < answers.allSent()) {
        throw new IOException("not every photo was classified:\n" + answers.table());
      }
      Overload.print("over HTTP: %.1f photos per batch%n", photos / batches);
      return answers.photosPerSecond();
    }
  }
}
