package dev.marque.benchmark;

import dev.marque.platform.StoppableDatabase;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Measures one web node with one, two and four inference nodes, each a process on this machine, and
 * what a photo costs each component: CPU time, bytes on the event bus, bytes in the database. From
 * these it extrapolates the cores needed for 1,000 photos per second.
 *
 * <p>Arguments: seconds per measurement (default 20).
 */
public final class Scaling {

  private static final int CLIENTS = 32;
  private static final int TARGET = 1000;
  private static final Duration WARM_UP = Duration.ofSeconds(15);
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private final StoppableDatabase database;
  private final Duration time;

  /** The cost of one photo, in milliseconds of one core and in bytes. */
  private record Cost(
      double photosPerSecond,
      double web,
      double inference,
      double database,
      double load,
      double busBytes,
      double databaseBytes,
      double logBytes) {

    double total() {
      return web + inference + database + load;
    }
  }

  private record DatabaseBytes(double size, double log) {}

  private Scaling(StoppableDatabase database, Duration time) {
    this.database = database;
    this.time = time;
  }

  /** Runs the measurements. */
  public static void main(String[] arguments) throws Exception {
    int seconds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20;
    List<Cost> costs = new ArrayList<>();
    try (StoppableDatabase database = new StoppableDatabase()) {
      for (int nodes : new int[] {1, 2, 4}) {
        Cost cost = new Scaling(database, Duration.ofSeconds(seconds)).measure(nodes);
        costs.add(cost);
        Overload.print(
            "%d inference nodes and one web node: %.1f photos/s; CPU per photo: web node %.2f ms, "
                + "inference node %.2f ms, database %.2f ms, load generator %.2f ms; bytes per "
                + "photo: event bus %.0f kB, database %.0f kB, write-ahead log %.0f kB%n",
            nodes,
            cost.photosPerSecond,
            cost.web,
            cost.inference,
            cost.database,
            cost.load,
            cost.busBytes / 1e3,
            cost.databaseBytes / 1e3,
            cost.logBytes / 1e3);
      }
    }
    extrapolate(costs.get(0));
  }

  /** From the first measurement, in which the processes contend least for the cores. */
  private static void extrapolate(Cost cost) {
    Overload.print(
        "busy: %.2f of %d cores%n",
        cost.total() * cost.photosPerSecond / 1e3, Runtime.getRuntime().availableProcessors());
    Overload.print(
        "one core of a web node serves %.0f photos/s, one of an inference node %.0f%n",
        1e3 / cost.web, 1e3 / cost.inference);
    Overload.print(
        "%d photos/s need %.1f cores of web nodes, %.1f of inference nodes, %.1f of the database;"
            + " %.0f Mbit/s of photos in, %.0f Mbit/s from web to inference nodes, %.1f MB/s of"
            + " write-ahead log, %.1f GB of database growth per hour%n",
        TARGET,
        TARGET * cost.web / 1e3,
        TARGET * cost.inference / 1e3,
        TARGET * cost.database / 1e3,
        TARGET * photoBytes() * 8 / 1e6,
        TARGET * cost.busBytes * 8 / 1e6,
        TARGET * cost.logBytes / 1e6,
        TARGET * cost.databaseBytes * 3600 / 1e9);
  }

  private static double photoBytes() {
    try {
      return LargePhoto.jpeg().length;
    } catch (IOException | dev.marque.vision.photo.PhotoException e) {
      throw new IllegalStateException(e);
    }
  }

  private Cost measure(int nodes) throws Exception {
    int seed = MeasuredServer.freePort();
    List<MeasuredServer> inference = new ArrayList<>();
    try (MeasuredServer web = MeasuredServer.start(settings("web", seed, seed))) {
      for (int i = 0; i < nodes; i++) {
        inference.add(MeasuredServer.start(settings("inference", seed, MeasuredServer.freePort())));
      }
      awaitNodes(web, nodes);
      try (PhotoLoad load = new PhotoLoad(web.address(), LargePhoto.jpeg(), CLIENTS)) {
        List<MeasuredServer> servers = new ArrayList<>(inference);
        servers.add(web);
        WarmUp.untilCompiled(servers, () -> load.saturate(CLIENTS, WARM_UP));
        return measure(load, web, inference);
      }
    } finally {
      for (MeasuredServer server : inference) {
        server.close();
      }
    }
  }

  private Map<String, String> settings(String role, int seed, int port) throws IOException {
    Map<String, String> settings = new HashMap<>();
    settings.put("marque.role", role);
    settings.put("marque.cluster.members", "127.0.0.1:" + seed);
    settings.put("marque.cluster.name", "scaling" + seed);
    settings.put("marque.cluster.port", Integer.toString(port));
    settings.put("marque.database.url", database.url());
    settings.put("marque.signing.keys", "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA==");
    return settings;
  }

  private static void awaitNodes(MeasuredServer web, int nodes) throws InterruptedException {
    long end = System.nanoTime() + TIMEOUT.toNanos();
    while (web.metric("marque_inference_nodes") < nodes) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("the nodes did not find each other in time");
      }
      Thread.sleep(100);
    }
  }

  private Cost measure(PhotoLoad load, MeasuredServer web, List<MeasuredServer> inference)
      throws Exception {
    double webTime = web.processorSeconds();
    double inferenceTime = inference.stream().mapToDouble(MeasuredServer::processorSeconds).sum();
    double databaseTime = databaseSeconds();
    double ownTime = MeasuredServer.processorSeconds(ProcessHandle.current().pid());
    double bus = busBytes(web) + inference.stream().mapToDouble(Scaling::busBytes).sum();
    DatabaseBytes bytes = databaseBytes();
    Answers answers = load.saturate(CLIENTS, time);
    int photos = answers.of(201).count();
    if (photos < answers.allSent()) {
      throw new IOException("not every photo was classified:\n" + answers.table());
    }
    DatabaseBytes bytesAfter = databaseBytes();
    return new Cost(
        answers.photosPerSecond(),
        1e3 * (web.processorSeconds() - webTime) / photos,
        1e3
            * (inference.stream().mapToDouble(MeasuredServer::processorSeconds).sum()
                - inferenceTime)
            / photos,
        1e3 * (databaseSeconds() - databaseTime) / photos,
        1e3 * (MeasuredServer.processorSeconds(ProcessHandle.current().pid()) - ownTime) / photos,
        (busBytes(web) + inference.stream().mapToDouble(Scaling::busBytes).sum() - bus) / photos,
        (bytesAfter.size - bytes.size) / photos,
        (bytesAfter.log - bytes.log) / photos);
  }

  /** Returns the bytes sent to other nodes, without replies: Vert.x does not count them. */
  private static double busBytes(MeasuredServer server) {
    return server
        .metrics()
        .lines()
        .filter(line -> line.matches("vertx_eventbus_bytes_?[wW]ritten\\w*_(sum|total)[{ ].*"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /**
   * Returns the CPU seconds of all database processes. They are not children of this process, so
   * the port in the command line identifies the server.
   */
  private double databaseSeconds() throws IOException {
    String port = "-p " + database.url().replaceFirst(".*:([0-9]+)/.*", "$1") + " ";
    ProcessHandle first =
        ProcessHandle.allProcesses()
            .filter(process -> process.info().commandLine().orElse("").contains(port))
            .findFirst()
            .orElseThrow();
    return Stream.concat(Stream.of(first), first.children())
        .mapToDouble(process -> MeasuredServer.processorSeconds(process.pid()))
        .sum();
  }

  private DatabaseBytes databaseBytes() throws SQLException, IOException {
    String sql =
        "SELECT pg_database_size(current_database()), pg_current_wal_insert_lsn() - '0/0'::pg_lsn";
    String address = database.url().replaceFirst("postgresql://([^:]+):([^@]+)@(.*)", "$3");
    String password = database.url().replaceFirst("postgresql://([^:]+):([^@]+)@(.*)", "$2");
    try (Connection connection =
            DriverManager.getConnection("jdbc:postgresql://" + address, "marque", password);
        ResultSet row = connection.createStatement().executeQuery(sql)) {
      row.next();
      return new DatabaseBytes(row.getDouble(1), row.getDouble(2));
    }
  }
}
