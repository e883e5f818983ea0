package dev.marque.benchmark;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Closed-loop load on a running server: a fixed number of clients, each with its own account and
 * connection, each sending its next request once the last is answered. Uses plain sockets, because
 * the load generator shares the server's cores.
 *
 * <p>Arguments: {@code photo|page} clients seconds [address [accounts]]. Raise {@code
 * marque.limits.predictions-per-minute} first. Prints requests per second and percentiles for each
 * status, and how many connections broke.
 */
public final class Load {

  private static final int WARM_UP_SECONDS = 5;

  private final URI address;
  private final Map<Integer, ConcurrentLinkedQueue<Long>> nanos = new ConcurrentHashMap<>();
  private final AtomicInteger broken = new AtomicInteger();
  private volatile boolean counting;
  private volatile boolean finished;

  private Load(URI address) {
    this.address = address;
  }

  /** Runs the load. */
  public static void main(String[] arguments) throws Exception {
    String kind = arguments[0];
    int clients = Integer.parseInt(arguments[1]);
    int seconds = Integer.parseInt(arguments[2]);
    URI address = URI.create(arguments.length > 3 ? arguments[3] : "http://localhost:8080");
    int accounts = arguments.length > 4 ? Integer.parseInt(arguments[4]) : clients;
    new Load(address).run(kind, clients, seconds, accounts);
  }

  private void run(String kind, int clients, int seconds, int accounts) throws Exception {
    Requests factory = new Requests(address);
    List<byte[]> requests = new ArrayList<>();
    if (kind.equals("photo")) {
      byte[] photo = LargePhoto.jpeg();
      System.out.printf(Locale.ROOT, "a photo of %d kB%n", photo.length / 1000);
      for (int i = 0; i < accounts; i++) {
        requests.add(factory.upload(factory.token(factory.newAccount()), photo));
      }
    } else {
      requests.add(factory.get("/login"));
    }
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      byte[] request = requests.get(i % requests.size());
      Thread thread = new Thread(() -> sendRepeatedly(request), "client-" + i);
      threads.add(thread);
      thread.start();
    }
    Thread.sleep(WARM_UP_SECONDS * 1000L);
    counting = true;
    long begin = System.nanoTime();
    Thread.sleep(seconds * 1000L);
    finished = true;
    double took = (System.nanoTime() - begin) / 1e9;
    report(clients, took);
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void report(int clients, double took) {
    Map<Integer, ConcurrentLinkedQueue<Long>> seen = new TreeMap<>(nanos);
    seen.forEach(
        (status, all) -> {
          long[] times = all.stream().mapToLong(Long::longValue).sorted().toArray();
          System.out.printf(
              Locale.ROOT,
              "%d clients: %.1f/s with status %d; p50 %.1f ms, p99 %.1f ms, max %.1f ms%n",
              clients,
              times.length / took,
              status,
              millis(times, 0.5),
              millis(times, 0.99),
              millis(times, 1));
        });
    System.out.printf(Locale.ROOT, "%d connections broke%n", broken.get());
  }

  private static double millis(long[] sorted, double share) {
    return sorted[Math.min(sorted.length - 1, (int) (share * sorted.length))] / 1e6;
  }

  private void sendRepeatedly(byte[] request) {
    while (!finished) {
      try (Connection connection = new Connection(address)) {
        while (!finished) {
          long begin = System.nanoTime();
          int status = connection.send(request).status();
          if (counting && !finished) {
            nanos
                .computeIfAbsent(status, key -> new ConcurrentLinkedQueue<>())
                .add(System.nanoTime() - begin);
          }
        }
      } catch (IOException e) {
        broken.incrementAndGet();
      }
    }
  }
}
