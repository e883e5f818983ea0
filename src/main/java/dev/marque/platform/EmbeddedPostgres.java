package dev.marque.platform;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Marque's own PostgreSQL, for a single machine: durable, listening on loopback only, protected by
 * a random password.
 *
 * <p>Files in the data directory: {@code postgres/} (the database), {@code postgres-password},
 * {@code postgres.log} and {@code postgres-binaries/}. The caller holds the lock of the {@link
 * DataDirectory}, so a PostgreSQL that still runs in it was left behind by a killed process and is
 * stopped first.
 *
 * <p>All methods block; do not call them on an event loop.
 */
public final class EmbeddedPostgres implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);

  private static final String USER = "marque";
  private static final String NAME = "marque";
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

  /** After a crash the server first replays up to 1 GB of its log, possibly from a slow disk. */
  private static final Duration RECOVERY_TIMEOUT = Duration.ofMinutes(30);

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(250);

  /** Written by the server: process id, data directory, start time, port and more, one per line. */
  private static final String PID_FILE = "postmaster.pid";

  private static final int PORT_LINE = 3;
  private static final int STATUS_LINE = 7;

  private final Path home;
  private final Path folder;
  private final DatabaseAddress address;

  private EmbeddedPostgres(Path home, Path folder, DatabaseAddress address) {
    this.home = home;
    this.folder = folder;
    this.address = address;
  }

  /**
   * Starts the database of a data directory, creating it on the first start.
   *
   * @throws StartFailure if it does not start; the message names the log file
   */
  public static EmbeddedPostgres start(DataDirectory data) {
    return start(data, () -> false);
  }

  /**
   * As {@link #start(DataDirectory)}.
   *
   * @param cancelled polled during crash recovery, which may take minutes: once it returns true,
   *     this method throws and leaves the server running for the next start
   */
  public static EmbeddedPostgres start(DataDirectory data, BooleanSupplier cancelled) {
    return start(data, data.path().resolve("postgres-binaries"), 0, START_TIMEOUT, cancelled);
  }

  /**
   * As {@link #start(DataDirectory)}.
   *
   * @param cache folder for the unpacked binaries
   * @param wantedPort port to listen on, or 0 for a free one
   */
  static EmbeddedPostgres start(DataDirectory data, Path cache, int wantedPort) {
    return start(data, cache, wantedPort, START_TIMEOUT, () -> false);
  }

  /**
   * As {@link #start(DataDirectory, BooleanSupplier)} and {@link #start(DataDirectory, Path, int)}.
   *
   * @param timeout limit for a start without crash recovery, in whole seconds
   */
  static EmbeddedPostgres start(
      DataDirectory data, Path cache, int wantedPort, Duration timeout, BooleanSupplier cancelled) {
    long begin = System.nanoTime();
    Path folder = data.path().resolve("postgres");
    Path log = data.path().resolve("postgres.log");
    try {
      stopOrphan(folder, cache, cancelled);
      Path home = PostgresBinaries.unpackedIn(cache);
      String password = password(data.path().resolve("postgres-password"));
      create(home, folder, data.path().resolve("postgres-password"), log);
      int port = wantedPort == 0 ? freePort() : wantedPort;
      startServer(startCommand(home, folder, log, port, timeout), folder, cache, log, cancelled);
      EmbeddedPostgres started =
          new EmbeddedPostgres(
              home, folder, DatabaseAddress.of("127.0.0.1", port, NAME, USER, password));
      started.createDatabase(port, password);
      LOG.info(
          "Embedded PostgreSQL started on port {} in {} ms",
          port,
          Duration.ofNanos(System.nanoTime() - begin).toMillis());
      return started;
    } catch (IOException e) {
      throw new StartFailure("The embedded database cannot start: " + e + "; see " + log, e);
    }
  }

  /**
   * Returns the database of the server that is running on a data directory, so that other commands
   * can use it; empty if no server is running.
   *
   * @throws StartFailure if a server is running but its database is not, because it is just
   *     starting or stopping
   */
  public static Optional<DatabaseAddress> running(Path dataDir) {
    if (!DataDirectory.isLocked(dataDir)) {
      return Optional.empty();
    }
    Path data = dataDir.toAbsolutePath().normalize();
    Path folder = data.resolve("postgres");
    try {
      List<String> lines = pidFile(folder);
      if (server(lines, folder, data.resolve("postgres-binaries")).isPresent()
          && lines.get(STATUS_LINE).strip().equals("ready")) {
        int port = Integer.parseInt(lines.get(PORT_LINE).strip());
        String password = Files.readString(data.resolve("postgres-password")).strip();
        return Optional.of(DatabaseAddress.of("127.0.0.1", port, NAME, USER, password));
      }
      throw new StartFailure(notRunning(data));
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
      throw new StartFailure(notRunning(data), e);
    }
  }

  private static String notRunning(Path data) {
    return "The server on the data directory "
        + data
        + " is just starting or stopping; try again, or set marque.database.url if its database is"
        + " elsewhere";
  }

  public DatabaseAddress address() {
    return address;
  }

  /** Stops the server. */
  @Override
  public void close() {
    try {
      run(
          "stop the embedded database",
          folder.resolveSibling("postgres.log"),
          command(
              home,
              "pg_ctl",
              "-D",
              folder.toString(),
              "-m",
              "fast",
              "-w",
              "-t",
              Long.toString(STOP_TIMEOUT.toSeconds()),
              "stop"));
      LOG.info("Embedded PostgreSQL stopped");
    } catch (IOException e) {
      LOG.warn("Embedded PostgreSQL did not stop: {}", e.getMessage());
    }
  }

  /**
   * Returns the password of the only database user; creates it on first use, in a file that only
   * its owner can read.
   */
  private static String password(Path file) throws IOException {
    if (!Files.exists(file)) {
      byte[] random = new byte[24];
      new SecureRandom().nextBytes(random);
      Path written = file.resolveSibling(file.getFileName() + ".new");
      Files.deleteIfExists(written);
      if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.createFile(
            written,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
      Files.writeString(written, HexFormat.of().formatHex(random));
      Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return Files.readString(file).strip();
  }

  /** Creates the database under a temporary name, so that a crash leaves no partial database. */
  private static void create(Path home, Path folder, Path password, Path log) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path partial = folder.resolveSibling("postgres.new");
    PostgresBinaries.deleteAll(partial);
    run(
        "create the embedded database",
        log,
        command(
            home,
            "initdb",
            "--pgdata=" + partial,
            "--username=" + USER,
            "--pwfile=" + password,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-instructions"));
    Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void startServer(
      List<String> command, Path folder, Path cache, Path log, BooleanSupplier cancelled)
      throws IOException {
    try {
      run("start the embedded database", log, command);
    } catch (IOException e) {
      Optional<ProcessHandle> server = server(pidFile(folder), folder, cache);
      if (server.isPresent()) {
        awaitRecovery(server.get(), folder, cancelled);
        if (status(folder).equals("ready")) {
          return;
        }
        stop(server.get());
      }
      throw e;
    }
  }

  /** Waits for crash recovery to finish: if stopped, the next server would start it again. */
  private static void awaitRecovery(ProcessHandle server, Path folder, BooleanSupplier cancelled)
      throws IOException {
    long begin = System.nanoTime();
    if (isRecovering(folder)) {
      LOG.warn(
          "The embedded database is recovering from a crash; waiting for at most {} minutes",
          RECOVERY_TIMEOUT.toMinutes());
    }
    while (isRecovering(folder)
        && System.nanoTime() - begin < RECOVERY_TIMEOUT.toNanos()
        && !exitsWithin(POLL_INTERVAL, server)) {
      if (cancelled.getAsBoolean()) {
        throw new StartFailure(
            "Stopped while the embedded database was recovering from a crash; the next start waits"
                + " for the recovery to finish");
      }
    }
  }

  private static List<String> startCommand(
      Path home, Path folder, Path log, int port, Duration timeout) {
    List<String> options =
        List.of(
            "-p " + port,
            "-c listen_addresses=127.0.0.1",
            "-c unix_socket_directories=",
            "-c fsync=on",
            "-c synchronous_commit=on",
            "-c full_page_writes=on",
            "-c max_connections=64",
            "-c timezone=UTC");
    return command(
        home,
        "pg_ctl",
        "-D",
        folder.toString(),
        "-l",
        log.toString(),
        "-w",
        "-t",
        Long.toString(timeout.toSeconds()),
        "-o",
        String.join(" ", options),
        "start");
  }

  private void createDatabase(int port, String password) throws IOException {
    DatabaseAddress postgres = DatabaseAddress.of("127.0.0.1", port, "postgres", USER, password);
    try (Connection connection = postgres.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      boolean exists =
          statement.executeQuery("SELECT FROM pg_database WHERE datname = '" + NAME + "'").next();
      if (!exists) {
        statement.execute("CREATE DATABASE " + NAME);
      }
    } catch (SQLException e) {
      close();
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Stops the server that a killed process left behind and deletes its PID file: PostgreSQL does
   * not start if the process id in it now belongs to another process.
   */
  private static void stopOrphan(Path folder, Path cache, BooleanSupplier cancelled)
      throws IOException {
    Optional<ProcessHandle> orphan = server(pidFile(folder), folder, cache);
    if (orphan.isPresent()) {
      awaitRecovery(orphan.get(), folder, cancelled);
      LOG.warn("Stopping the database left behind by a killed process, pid {}", orphan.get().pid());
      stop(orphan.get());
    }
    Files.deleteIfExists(folder.resolve(PID_FILE));
  }

  private static void stop(ProcessHandle server) throws IOException {
    server.destroy();
    if (!exitsWithin(STOP_TIMEOUT, server)) {
      server.destroyForcibly();
      if (!exitsWithin(STOP_TIMEOUT, server)) {
        throw new IOException("process " + server.pid() + " does not exit");
      }
    }
  }

  private static boolean exitsWithin(Duration timeout, ProcessHandle process) throws IOException {
    try {
      process.onExit().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
  }

  /** Returns the lines of a data directory's PID file; empty if there is no such file. */
  private static List<String> pidFile(Path folder) throws IOException {
    try {
      // The file contains the folder's name in the platform's encoding.
      return Files.readAllLines(folder.resolve(PID_FILE), ISO_8859_1);
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private static boolean isRecovering(Path folder) throws IOException {
    return List.of("starting", "standby").contains(status(folder));
  }

  /** Returns the status from the PID file; empty if it has none. */
  private static String status(Path folder) throws IOException {
    List<String> lines = pidFile(folder);
    return lines.size() > STATUS_LINE ? lines.get(STATUS_LINE).strip() : "";
  }

  /**
   * Returns the server that wrote a PID file, if it is still running: after a crash, the process id
   * may belong to another process.
   */
  private static Optional<ProcessHandle> server(List<String> pidFile, Path folder, Path cache) {
    return pidFile.stream()
        .findFirst()
        .map(String::strip)
        .filter(number -> number.matches("\\d{1,18}"))
        .flatMap(number -> ProcessHandle.of(Long.parseLong(number)))
        .filter(process -> isServerOf(folder, cache, process.info()));
  }

  private static boolean isServerOf(Path folder, Path cache, ProcessHandle.Info process) {
    if (process.arguments().isEmpty()) {
      // Windows does not report arguments, so the path of the program has to suffice.
      return process.command().filter(program -> Path.of(program).startsWith(cache)).isPresent();
    }
    List<String> arguments = List.of(process.arguments().get());
    int named = arguments.indexOf("-D") + 1;
    return named > 0
        && named < arguments.size()
        && isSameFolder(folder, Path.of(arguments.get(named)));
  }

  private static boolean isSameFolder(Path one, Path other) {
    try {
      return Files.isSameFile(one, other);
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static List<String> command(Path home, String program, String... arguments) {
    boolean windows = File.separatorChar == '\\';
    List<String> command = new ArrayList<>();
    if (!windows && "root".equals(System.getProperty("user.name"))) {
      // PostgreSQL refuses to run as root; in its own user namespace it runs as "nobody".
      command.addAll(List.of("unshare", "--user"));
    }
    command.add(home.resolve("bin").resolve(windows ? program + ".exe" : program).toString());
    command.addAll(List.of(arguments));
    return command;
  }

  /** Runs a program until it exits, appending its output to the log. */
  private static void run(String purpose, Path log, List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    try {
      if (!process.waitFor(START_TIMEOUT.plusSeconds(30).toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(String.format(Locale.ROOT, "could not %s in time", purpose));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
    if (process.exitValue() != 0) {
      throw new IOException("could not " + purpose + " (exit status " + process.exitValue() + ")");
    }
  }
}
