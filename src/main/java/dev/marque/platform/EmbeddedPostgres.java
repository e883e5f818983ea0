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
 * A PostgreSQL of our own, for one machine: durable, on loopback only, behind a random password.
 *
 * <p>In the data folder: {@code postgres/} (the database), {@code postgres-password}, {@code
 * postgres.log} and {@code postgres-binaries/}. The caller holds the {@link DataDirectory}, so a
 * PostgreSQL that still runs on it was left behind by a process that was killed; it is stopped
 * first.
 *
 * <p>Every method blocks: not for an event loop.
 */
public final class EmbeddedPostgres implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);

  private static final String USER = "marque";
  private static final String NAME = "marque";
  private static final Duration START = Duration.ofSeconds(60);

  /** After a kill it first replays up to a gigabyte of its log, on the slowest of disks. */
  private static final Duration RECOVERY = Duration.ofMinutes(30);

  private static final Duration STOP = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofMillis(250);

  /** What the server writes of itself: process, data folder, time of start, port, and others. */
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
   * Starts the database of a data folder, and makes it at the first time.
   *
   * @throws StartFailure if it does not start; names the log that says why
   */
  public static EmbeddedPostgres start(DataDirectory data) {
    return start(data, () -> false);
  }

  /**
   * As {@link #start(DataDirectory)}.
   *
   * @param givenUp asked while the database recovers from a kill, which may take minutes: once it
   *     is true the start fails, and leaves the recovery to the next one
   */
  public static EmbeddedPostgres start(DataDirectory data, BooleanSupplier givenUp) {
    return start(data, data.path().resolve("postgres-binaries"), 0, START, givenUp);
  }

  /**
   * As {@link #start(DataDirectory)}.
   *
   * @param cache has the unpacked PostgreSQL
   * @param wantedPort 0 takes a free one
   */
  static EmbeddedPostgres start(DataDirectory data, Path cache, int wantedPort) {
    return start(data, cache, wantedPort, START, () -> false);
  }

  /**
   * As {@link #start(DataDirectory, BooleanSupplier)} and {@link #start(DataDirectory, Path, int)}.
   *
   * @param patience for a start that is no recovery; whole seconds
   */
  static EmbeddedPostgres start(
      DataDirectory data, Path cache, int wantedPort, Duration patience, BooleanSupplier givenUp) {
    long begin = System.nanoTime();
    Path folder = data.path().resolve("postgres");
    Path log = data.path().resolve("postgres.log");
    try {
      stopOrphan(folder, cache, givenUp);
      Path home = PostgresBinaries.unpackedIn(cache);
      String password = password(data.path().resolve("postgres-password"));
      create(home, folder, data.path().resolve("postgres-password"), log);
      int port = wantedPort == 0 ? freePort() : wantedPort;
      startServer(startCommand(home, folder, log, port, patience), folder, cache, log, givenUp);
      EmbeddedPostgres started =
          new EmbeddedPostgres(
              home, folder, DatabaseAddress.of("127.0.0.1", port, NAME, USER, password));
      started.createDatabase(port, password);
      LOG.info(
          "Embedded PostgreSQL runs on port {} after {} ms",
          port,
          Duration.ofNanos(System.nanoTime() - begin).toMillis());
      return started;
    } catch (IOException e) {
      throw new StartFailure("The embedded database cannot start: " + e + "; see " + log, e);
    }
  }

  /**
   * The database of the server that runs on a data folder, for a command beside it; empty if none
   * runs.
   *
   * @throws StartFailure if a server runs, but not its database: it is just starting or stopping
   */
  public static Optional<DatabaseAddress> running(Path dataDir) {
    if (!DataDirectory.isHeld(dataDir)) {
      return Optional.empty();
    }
    Path data = dataDir.toAbsolutePath().normalize();
    Path folder = data.resolve("postgres");
    try {
      List<String> told = pidFile(folder);
      if (server(told, folder, data.resolve("postgres-binaries")).isPresent()
          && told.get(STATUS_LINE).strip().equals("ready")) {
        int port = Integer.parseInt(told.get(PORT_LINE).strip());
        String password = Files.readString(data.resolve("postgres-password")).strip();
        return Optional.of(DatabaseAddress.of("127.0.0.1", port, NAME, USER, password));
      }
      throw new StartFailure(notRunning(data));
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
      throw new StartFailure(notRunning(data), e);
    }
  }

  private static String notRunning(Path data) {
    return "The server on the data folder "
        + data
        + " is just starting or stopping; try again, or set marque.database.url if its database is"
        + " elsewhere";
  }

  public DatabaseAddress address() {
    return address;
  }

  /** Stops the server; what was committed stays. */
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
              Long.toString(STOP.toSeconds()),
              "stop"));
      LOG.info("Embedded PostgreSQL stopped");
    } catch (IOException e) {
      LOG.warn("Embedded PostgreSQL did not stop: {}", e.getMessage());
    }
  }

  /** The password of the database's only user, made at the first start, for its owner's eyes. */
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

  /** Makes the database under another name first, so that a kill leaves nothing half made. */
  private static void create(Path home, Path folder, Path password, Path log) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path making = folder.resolveSibling("postgres.new");
    PostgresBinaries.deleteAll(making);
    run(
        "make the embedded database",
        log,
        command(
            home,
            "initdb",
            "--pgdata=" + making,
            "--username=" + USER,
            "--pwfile=" + password,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-instructions"));
    Files.move(making, folder, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void startServer(
      List<String> command, Path folder, Path cache, Path log, BooleanSupplier givenUp)
      throws IOException {
    try {
      run("start the embedded database", log, command);
    } catch (IOException e) {
      Optional<ProcessHandle> server = server(pidFile(folder), folder, cache);
      if (server.isPresent()) {
        awaitRecovery(server.get(), folder, givenUp);
        if (status(folder).equals("ready")) {
          return;
        }
        stop(server.get());
      }
      throw e;
    }
  }

  /** Waits while a server recovers from a kill: were it stopped, the next would begin anew. */
  private static void awaitRecovery(ProcessHandle server, Path folder, BooleanSupplier givenUp)
      throws IOException {
    long begin = System.nanoTime();
    if (isRecovering(folder)) {
      LOG.warn(
          "The embedded database recovers from a kill; that is waited for, {} minutes at most",
          RECOVERY.toMinutes());
    }
    while (isRecovering(folder)
        && System.nanoTime() - begin < RECOVERY.toNanos()
        && !endsWithin(LOOK, server)) {
      if (givenUp.getAsBoolean()) {
        throw new StartFailure(
            "Told to stop while the embedded database recovers, which the next start waits for");
      }
    }
  }

  private static List<String> startCommand(
      Path home, Path folder, Path log, int port, Duration patience) {
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
        Long.toString(patience.toSeconds()),
        "-o",
        String.join(" ", options),
        "start");
  }

  private void createDatabase(int port, String password) throws IOException {
    DatabaseAddress postgres = DatabaseAddress.of("127.0.0.1", port, "postgres", USER, password);
    try (Connection connection = postgres.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      boolean there =
          statement.executeQuery("SELECT FROM pg_database WHERE datname = '" + NAME + "'").next();
      if (!there) {
        statement.execute("CREATE DATABASE " + NAME);
      }
    } catch (SQLException e) {
      close();
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Stops the server that a killed process left behind, and takes away what it wrote of itself:
   * PostgreSQL refuses to start where the number of a process that ended is by now another's.
   */
  private static void stopOrphan(Path folder, Path cache, BooleanSupplier givenUp)
      throws IOException {
    Optional<ProcessHandle> orphan = server(pidFile(folder), folder, cache);
    if (orphan.isPresent()) {
      awaitRecovery(orphan.get(), folder, givenUp);
      LOG.warn("Stopping the database that a killed process left behind, {}", orphan.get().pid());
      stop(orphan.get());
    }
    Files.deleteIfExists(folder.resolve(PID_FILE));
  }

  private static void stop(ProcessHandle server) throws IOException {
    server.destroy();
    if (!endsWithin(STOP, server)) {
      server.destroyForcibly();
      if (!endsWithin(STOP, server)) {
        throw new IOException("process " + server.pid() + " does not end");
      }
    }
  }

  private static boolean endsWithin(Duration patience, ProcessHandle process) throws IOException {
    try {
      process.onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
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

  /**
   * What the server of a data folder has written of itself; empty if it has not, or has stopped.
   */
  private static List<String> pidFile(Path folder) throws IOException {
    try {
      // The folder's name is in there in the system's own encoding.
      return Files.readAllLines(folder.resolve(PID_FILE), ISO_8859_1);
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private static boolean isRecovering(Path folder) throws IOException {
    return List.of("starting", "standby").contains(status(folder));
  }

  /** What a server says of itself; empty if it says nothing. */
  private static String status(Path folder) throws IOException {
    List<String> told = pidFile(folder);
    return told.size() > STATUS_LINE ? told.get(STATUS_LINE).strip() : "";
  }

  /**
   * The server that has written a file of its process, if it runs: after a kill the number in it
   * may be another process' by now.
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
      // Windows does not tell them: there it is ours if its program is.
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
      // PostgreSQL refuses to run as root; in a user namespace of its own it is nobody.
      command.addAll(List.of("unshare", "--user"));
    }
    command.add(home.resolve("bin").resolve(windows ? program + ".exe" : program).toString());
    command.addAll(List.of(arguments));
    return command;
  }

  /** Runs a program to its end, its words in the log. */
  private static void run(String purpose, Path log, List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    try {
      if (!process.waitFor(START.plusSeconds(30).toSeconds(), TimeUnit.SECONDS)) {
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
