package dev.marque.benchmark;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Puts load on a running Marque: a set number of clients, each with an account and a connection of
 * its own, each sending its next request when it has the answer to the last. Plain sockets, since
 * the load's own cost comes off the same cores.
 *
 * <p>Arguments: {@code photo|page} clients seconds [address [accounts]]. Raise {@code
 * marque.limits.predictions-per-minute} first. Prints requests a second and percentiles of
 * the answers with the status that was seen most, and how many had which status.
 */
public final class Load {

  private static final int WARM_UP_SECONDS = 5;

  private final URI address;
  private final Map<Integer, ConcurrentLinkedQueue<Long>> nanos = new ConcurrentHashMap<>();
  private final AtomicInteger broken = new AtomicInteger();
  private volatile boolean counting;
  private volatile boolean over;

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
    List<byte[]> requests = new ArrayList<>();
    if (kind.equals("photo")) {
      byte[] photo = LargePhoto.jpeg();
      System.out.printf(Locale.ROOT, "a photo of %d kB%n", photo.length / 1000);
      for (int i = 0; i < accounts; i++) {
        requests.add(upload(newToken(), photo));
      }
    } else {
      requests.add(request("GET /login", "", new byte[0]));
    }
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      byte[] request = requests.get(i % requests.size());
      Thread thread = new Thread(() -> keepAsking(request), "client-" + i);
      threads.add(thread);
      thread.start();
    }
    Thread.sleep(WARM_UP_SECONDS * 1000L);
    counting = true;
    long begin = System.nanoTime();
    Thread.sleep(seconds * 1000L);
    over = true;
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
              "%d clients: %.1f a second with status %d; p50 %.1f ms, p99 %.1f ms, most %.1f ms%n",
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

  private void keepAsking(byte[] request) {
    while (!over) {
      try (Connection connection = new Connection(address)) {
        while (!over) {
          long begin = System.nanoTime();
          int status = connection.ask(request).status();
          if (counting && !over) {
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

  private String newToken() throws IOException {
    String name = "load" + UUID.randomUUID().toString().substring(0, 12);
    String password = "correct horse " + UUID.randomUUID();
    String account =
        """
        {"username":"%1$s","email":"%1$s@example.org","first_name":"L","last_name":"T",\
        "password":"%2$s"}"""
            .formatted(name, password);
    String form =
        "grant_type=password&username=" + name + "&password=" + password.replace(' ', '+');
    try (Connection connection = new Connection(address)) {
      connection.ask(json("POST /api/v1/users", "application/json", account));
      String grant =
          connection
              .ask(json("POST /api/v1/token", "application/x-www-form-urlencoded", form))
              .body();
      int at = grant.indexOf("\"access_token\":\"");
      if (at < 0) {
        throw new IOException("no token: " + grant);
      }
      return grant.substring(at + 16, grant.indexOf('"', at + 16));
    }
  }

  private byte[] json(String line, String type, String body) {
    return request(
        line, "Content-Type: " + type + "\r\n", body.getBytes(StandardCharsets.UTF_8));
  }

  private byte[] upload(String token, byte[] photo) {
    String boundary = "b0undary";
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(
        ascii(
            "--"
                + boundary
                + "\r\nContent-Disposition: form-data; name=\"image\"; filename=\"p.jpg\"\r\n"
                + "Content-Type: image/jpeg\r\n\r\n"));
    body.writeBytes(photo);
    body.writeBytes(ascii("\r\n--" + boundary + "--\r\n"));
    return request(
        "POST /api/v1/predictions",
        "Authorization: Bearer "
            + token
            + "\r\nContent-Type: multipart/form-data; boundary="
            + boundary
            + "\r\n",
        body.toByteArray());
  }

  private byte[] request(String line, String headers, byte[] body) {
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(
        ascii(
            line
                + " HTTP/1.1\r\nHost: "
                + address.getAuthority()
                + "\r\n"
                + headers
                + "Content-Length: "
                + body.length
                + "\r\n\r\n"));
    request.writeBytes(body);
    return request.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private record Answer(int status, String body) {}

  /** One connection that stays open. */
  private static final class Connection implements AutoCloseable {

    private final Socket socket = new Socket();
    private final InputStream in;

    Connection(URI address) throws IOException {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(60_000);
      socket.connect(new InetSocketAddress(address.getHost(), address.getPort()));
      in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
    }

    Answer ask(byte[] request) throws IOException {
      socket.getOutputStream().write(request);
      int status = Integer.parseInt(line().split(" ", 3)[1]);
      int length = 0;
      boolean chunked = false;
      for (String header = line(); !header.isEmpty(); header = line()) {
        String lower = header.toLowerCase(Locale.ROOT);
        if (lower.startsWith("content-length:")) {
          length = Integer.parseInt(lower.substring(15).strip());
        }
        chunked |= lower.equals("transfer-encoding: chunked");
      }
      return new Answer(status, chunked ? chunks() : text(length));
    }

    private String chunks() throws IOException {
      StringBuilder body = new StringBuilder();
      while (true) {
        int length = Integer.parseInt(line().strip(), 16);
        body.append(text(length));
        line();
        if (length == 0) {
          return body.toString();
        }
      }
    }

    private String text(int length) throws IOException {
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new IOException("cut short");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }

    private String line() throws IOException {
      byte[] line = new byte[8192];
      int length = 0;
      for (int next = in.read(); next != '\n'; next = in.read()) {
        if (next < 0 || length == line.length) {
          throw new IOException("no line");
        }
        line[length++] = (byte) next;
      }
      return new String(Arrays.copyOf(line, length), StandardCharsets.ISO_8859_1).strip();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
