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
 * Measures the time from start to ready, the time from SIGTERM under load to exit, and what happens
 * to the photos in flight. Starts the server itself, repeatedly on one data folder; exits with
 * status 1 if a goal is missed.
 *
 * <p>Arguments: warm starts after the first, which creates the database (default 3); clients (32).
 */
public final class Stop {

  private static final Duration LOAD = Duration.ofSeconds(8);
  private static final double MAX_START_SECONDS = 8;
  private static final double MAX_STOP_SECONDS = 10;

  private final Path folder = Files.createTempDirectory("marque-stopped");
  private final byte[] photo = LargePhoto.jpeg();
  private final int clients;
  private boolean missed;

  private Stop(int clients) throws Exception {
    this.clients = clients;
  }

  /** Runs the measurement. */
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
        MarqueProcess.startAsInstalled(
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
      report(!warm || started <= MAX_START_SECONDS, "%s: ready after %.1f s", name, started);
      stop(server, address);
    }
  }

  private void stop(MarqueProcess server, URI address) throws Exception {
    Requests requests = new Requests(address);
    Clients load = new Clients();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      byte[] upload = requests.upload(requests.token(requests.newAccount()), photo);
      Thread thread = new Thread(() -> load.sendRepeatedly(address, upload));
      thread.start();
      threads.add(thread);
    }
    Thread.sleep(LOAD.toMillis());
    int before = load.answered.get();
    long begin = System.nanoTime();
    load.terminatedAt = begin;
    server.terminate();
    int status = server.awaitEnd();
    double stopped = seconds(begin);
    for (Thread thread : threads) {
      thread.join();
    }
    report(
        status == 0 && stopped <= MAX_STOP_SECONDS,
        "with %d clients, exited with status %d %.1f s after SIGTERM",
        clients,
        status,
        stopped);
    report(
        load.cutOff.get() == 0,
        "%d photos were answered before SIGTERM and %d after it; %d sent before it were cut off,"
            + " %d were refused",
        before,
        load.answered.get() - before,
        load.cutOff.get(),
        load.refused.get());
  }

  /** Outcomes of clients that send photo after photo until the server is gone. */
  private static final class Clients {

    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger cutOff = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile long terminatedAt = Long.MAX_VALUE;

    void sendRepeatedly(URI address, byte[] upload) {
      long sent = 0;
      try (Connection connection = new Connection(address)) {
        while (true) {
          sent = System.nanoTime();
          int status = connection.send(upload).status();
          (status == 201 ? answered : refused).incrementAndGet();
        }
      } catch (IOException closed) {
        (sent < terminatedAt ? cutOff : refused).incrementAndGet();
      }
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private void report(boolean holds, String format, Object... values) {
    missed |= !holds;
    Overload.print((holds ? "holds:  " : "MISSED: ") + format + "%n", values);
  }

  private void delete() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
