package dev.marque.benchmark;

import dev.marque.app.MarqueProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * How long a server takes from its start to its first answers, and from SIGTERM amid photos to its
 * end; and what became of the photos that were on their way. Starts the server itself, some times
 * on one data folder; fails (exit status 1) where a goal is missed.
 *
 * <p>Arguments: starts besides the first, which makes the database; clients.
 */
public final class Stop {

  private static final Duration LOAD = Duration.ofSeconds(8);
  private static final double MOST_TO_START = 8;
  private static final double MOST_TO_STOP = 10;

  private final Path folder = Files.createTempDirectory("marque-stopped");
  private final byte[] photo = LargePhoto.jpeg();
  private final int clients;
  private boolean missed;

  private Stop(int clients) throws Exception {
    this.clients = clients;
  }

  /** Runs it. */
  public static void main(String[] arguments) throws Exception {
    int warm = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 3;
    int clients = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 32;
    Stop stop = new Stop(clients);
    for (int i = 0; i <= warm; i++) {
      stop.round(i == 0 ? "first start" : "warm start " + i, i > 0);
    }
    stop.delete();
    if (stop.missed) {
      System.exit(1);
    }
  }

  private void round(String name, boolean warm) throws Exception {
    long begin = System.nanoTime();
    try (MarqueProcess server =
        MarqueProcess.start(
            folder,
            Map.of(
                "marque.http.port", "0",
                "marque.management.port", "0",
                "marque.model-dir", Path.of("model").toAbsolutePath().toString(),
                "marque.limits.predictions-per-minute", "1000000"),
            MeasuredServer.distributionOptions(),
            List.of("serve"))) {
      URI address = URI.create(server.awaitReady());
      double started = seconds(begin);
      tell(!warm || started <= MOST_TO_START, "%s: ready after %.1f s", name, started);
      stop(server, address);
    }
  }

  private void stop(MarqueProcess server, URI address) throws Exception {
    Requests requests = new Requests(address);
    Clients load = new Clients();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      byte[] upload = requests.upload(requests.token(requests.newAccount()), photo);
      Thread thread = new Thread(() -> load.keepAsking(address, upload));
      thread.start();
      threads.add(thread);
    }
    Thread.sleep(LOAD.toMillis());
    int before = load.answered.get();
    long begin = System.nanoTime();
    load.told = begin;
    server.terminate();
    int status = server.awaitEnd();
    double stopped = seconds(begin);
    for (Thread thread : threads) {
      thread.join();
    }
    tell(
        status == 0 && stopped <= MOST_TO_STOP,
        "with %d clients, ended with %d %.1f s after SIGTERM",
        clients,
        status,
        stopped);
    tell(
        load.cut.get() == 0,
        "%d photos were answered before and %d after it; %d that had been sent were cut off,"
            + " %d were refused",
        before,
        load.answered.get() - before,
        load.cut.get(),
        load.refused.get());
  }

  /** What clients see that send photo after photo until the server is gone. */
  private static final class Clients {

    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger cut = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile long told = Long.MAX_VALUE;

    void keepAsking(URI address, byte[] upload) {
      long sent = 0;
      try (Connection connection = new Connection(address)) {
        while (true) {
          sent = System.nanoTime();
          int status = connection.ask(upload).status();
          (status == 201 ? answered : refused).incrementAndGet();
        }
      } catch (IOException closed) {
        (sent < told ? cut : refused).incrementAndGet();
      }
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private void tell(boolean holds, String format, Object... values) {
    missed |= !holds;
    Overload.say((holds ? "holds:  " : "MISSED: ") + format + "%n", values);
  }

  private void delete() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
