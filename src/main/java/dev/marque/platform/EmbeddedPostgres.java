package dev.marque.platform;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Marque's own PostgreSQL, for a single machine: durable, listening on loopback only, protected by
 * a random password.
 *
 * <p>Files in the data directory: {@code postgres/} (the database), {@code postgres-password},
 * {@code postgres.log} (the server's), {@code postgres-commands.log} (that of the programs that
 * create, start and stop it) and {@code postgres-binaries/}. The caller holds the lock of the
 * {@link DataDirectory}, so a PostgreSQL that still runs in it was left behind by a killed process
 * and is stopped first.
 *
 * <p>All methods block; do not call them on an event loop.
 */
public final class EmbeddedPostgres implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);

  private static final String USER = "marque";
  private static final String NAME = "marque";
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

  private static final long MAX_LOG_BYTES = 10_000_000;

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  private final PostgresPrograms programs;
  private final Path folder;
  private final DatabaseAddress address;
  private final CompletableFuture<?> end;

  /**
   * @param end completes once the server has ended
   */
  private EmbeddedPostgres(
      PostgresPrograms programs, Path folder, DatabaseAddress address, CompletableFuture<?> end) {
    this.programs = programs;
    this.folder = folder;
    this.address = address;
    this.end = end;
  }

  /**
   * Starts the database of a data directory, creating it on the first start.
   *
   * @throws StartFailure if it does not start; the message names the log files
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
    // Not the same file: on Windows, pg_ctl could not open what its own output is written to.
    Path commands = data.path().resolve("postgres-commands.log");
    PostgresPrograms.checkUser();
    try {
      stopOrphan(folder, cache, cancelled);
      rotate(log);
      rotate(commands);
      Path binaries = PostgresBinaries.unpackedIn(cache);
      PostgresPrograms programs = new PostgresPrograms(binaries, commands);
      Path passwordFile = data.path().resolve("postgres-password");
      String password = password(passwordFile);
      create(programs, folder, passwordFile);
      int port = wantedPort == 0 ? freePort() : wantedPort;
      startServer(programs, folder, cache, startArguments(folder, log, port, timeout), cancelled);
      EmbeddedPostgres started =
          new EmbeddedPostgres(
              programs,
              folder,
              DatabaseAddress.of("127.0.0.1", port, NAME, USER, password),
              end(folder, cache));
      started.createDatabase(port, password);
      PostgresBinaries.deleteOtherVersions(binaries);
      LOG.info(
          "Embedded PostgreSQL started on port {} in {} ms",
          port,
          Duration.ofNanos(System.nanoTime() - begin).toMillis());
      return started;
    } catch (IOException e) {
      throw new StartFailure(
          "The embedded database cannot start: " + e + "; see " + log + " and " + commands, e);
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
      Optional<Postmaster> postmaster = Postmaster.find(folder, data.resolve("postgres-binaries"));
      if (postmaster.isPresent() && postmaster.get().isReady()) {
        int port = postmaster.get().port();
        String password = Files.readString(data.resolve("postgres-password")).strip();
        return Optional.of(DatabaseAddress.of("127.0.0.1", port, NAME, USER, password));
      }
      throw new StartFailure(notRunning(data));
    } catch (IOException e) {
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

  /**
   * Registers what to do once the server has ended, whether by {@link #close} or unexpectedly: the
   * system ran out of memory and killed it, or its disk is full.
   *
   * @param action called on a thread of the JVM, within seconds
   */
  public void onEnd(Runnable action) {
    CompletableFuture<Void> unused = end.thenRun(action);
  }

  /** Stops the server, if it is still running. */
  @Override
  public void close() {
    if (end.isDone()) {
      return;
    }
    try {
      programs.run(
          "stop the embedded database",
          "pg_ctl",
          List.of(
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
  private static void create(PostgresPrograms programs, Path folder, Path passwordFile)
      throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Path partial = folder.resolveSibling("postgres.new");
    PostgresBinaries.deleteAll(partial);
    programs.run(
        "create the embedded database",
        "initdb",
        List.of(
            "--pgdata=" + partial,
            "--username=" + USER,
            "--pwfile=" + passwordFile,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-instructions"));
    Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void startServer(
      PostgresPrograms programs,
      Path folder,
      Path cache,
      List<String> arguments,
      BooleanSupplier cancelled)
      throws IOException {
    try {
      programs.run("start the embedded database", "pg_ctl", arguments);
    } catch (IOException e) {
      Optional<Postmaster> postmaster = Postmaster.find(folder, cache);
      if (postmaster.isPresent()) {
        postmaster.get().awaitRecovery(cancelled);
        if (postmaster.get().isReady()) {
          return;
        }
        postmaster.get().stop();
      }
      throw e;
    }
  }

  private static List<String> startArguments(Path folder, Path log, int port, Duration timeout) {
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
    return List.of(
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

  /** Where the system does not tell which process the server is, its end goes unnoticed. */
  private static CompletableFuture<?> end(Path folder, Path cache) throws IOException {
    return Postmaster.find(folder, cache)
        .<CompletableFuture<?>>map(Postmaster::end)
        .orElseGet(CompletableFuture::new);
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
    Optional<Postmaster> orphan = Postmaster.find(folder, cache);
    if (orphan.isPresent()) {
      orphan.get().awaitRecovery(cancelled);
      LOG.warn("Stopping the database left behind by a killed process, pid {}", orphan.get().pid());
      orphan.get().stop();
    }
    Postmaster.deletePidFile(folder);
  }

  /** Renames a large log, replacing the one renamed before. */
  private static void rotate(Path log) throws IOException {
    if (Files.exists(log) && Files.size(log) > MAX_LOG_BYTES) {
      Path old = log.resolveSibling(log.getFileName() + ".old");
      Files.move(log, old, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
