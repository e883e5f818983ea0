package dev.marque.benchmark;

import dev.marque.app.MarqueProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A server in its own process, with the memory options of {@code bin/marque} and its own data
 * folder, and what Linux and {@code /metrics} report about it.
 */
final class MeasuredServer implements AutoCloseable {

  private static final Pattern OPTIONS = Pattern.compile("(?m)^memory=\"(.*)\"$");

  /** Clock ticks per second in {@code /proc/PID/stat}. */
  private static final double TICKS = 100;

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final MarqueProcess process;
  private final Path folder;
  private final int managementPort;
  private final URI address;

  private MeasuredServer(MarqueProcess process, Path folder, int managementPort, URI address) {
    this.process = process;
    this.folder = folder;
    this.managementPort = managementPort;
    this.address = address;
  }

  /**
   * Starts a server on free ports with the per-user rate limit out of reach, and waits until it is
   * ready.
   *
   * @param settings override the defaults set here
   */
  static MeasuredServer start(Map<String, String> settings) throws IOException {
    Path folder = Files.createTempDirectory("marque-measured");
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    int managementPort = freePort();
    Map<String, String> all = new HashMap<>();
    all.put("marque.http.port", "0");
    all.put("marque.management.port", Integer.toString(managementPort));
    all.put("marque.model-dir", Path.of("model").toAbsolutePath().toString());
    all.put("marque.limits.predictions-per-minute", "1000000");
    all.putAll(settings);
    List<String> options = new ArrayList<>(distributionOptions());
    options.add("-Djava.io.tmpdir=" + temporary);
    MarqueProcess process = MarqueProcess.startAsInstalled(folder, all, options, List.of("serve"));
    // An aborted measurement must not leave a server behind.
    Runtime.getRuntime().addShutdownHook(new Thread(process::terminate));
    return new MeasuredServer(process, folder, managementPort, URI.create(process.awaitReady()));
  }

  /** Returns the memory options of {@code bin/marque}. */
  static List<String> distributionOptions() throws IOException {
    Matcher line = OPTIONS.matcher(Files.readString(Path.of("src/main/distribution/bin/marque")));
    if (!line.find()) {
      throw new IOException("no memory options found in bin/marque");
    }
    return List.of(line.group(1).split(" "));
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  URI address() {
    return address;
  }

  /** Returns the sum of a metric's samples over all labels; 0 if there are none. */
  double metric(String name) {
    return metrics()
        .lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** Returns the text of {@code /metrics}. */
  String metrics() {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + managementPort + "/metrics"))
            .build();
    try {
      return CLIENT.send(request, BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Runs a full garbage collection and returns the bytes of heap in use after it. */
  double heapAfterCollection() throws IOException {
    Process collection =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(process.pid()),
                "GC.run")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (collection.waitFor() != 0) {
        throw new IOException("jcmd GC.run failed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return metrics()
        .lines()
        .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  double residentBytes() {
    return status("VmRSS") * 1024;
  }

  double threads() {
    return status("Threads");
  }

  double descriptors() {
    return count(Path.of("/proc/" + process.pid() + "/fd"), 1);
  }

  /**
   * Counts the files in the temporary folder and beside the database, where uploads must leave
   * none.
   */
  double scratchFiles() {
    return count(folder.resolve("tmp"), 9) + count(folder.resolve("data"), 1);
  }

  /** Returns the CPU seconds used by this server's process. */
  double processorSeconds() {
    return processorSeconds(process.pid());
  }

  /** Returns the CPU seconds used by a process. */
  static double processorSeconds(long pid) {
    String stat = MarqueProcess.read(Path.of("/proc/" + pid + "/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS;
  }

  private double status(String name) {
    return MarqueProcess.read(Path.of("/proc/" + process.pid() + "/status"))
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }

  /** Counts entries down to {@code depth}; approximate while files come and go. */
  private static double count(Path folder, int depth) {
    String[] names = folder.toFile().list();
    if (names == null || depth == 0) {
      return 0;
    }
    double count = names.length;
    for (String name : names) {
      count += depth == 1 ? 0 : count(folder.resolve(name), depth - 1);
    }
    return count;
  }

  /** Stops the server and deletes its data directory. */
  @Override
  public void close() throws IOException {
    process.close();
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(MeasuredServer::delete);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
