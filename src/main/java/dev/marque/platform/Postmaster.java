package dev.marque.platform;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running server process of an embedded database, found by the PID file that it keeps in the
 * database's folder. All methods block.
 */
final class Postmaster {

  private static final Logger LOG = LoggerFactory.getLogger(Postmaster.class);

  /** Written by the server: process id, data directory, start time, port and more, one per line. */
  private static final String PID_FILE = "postmaster.pid";

  private static final int PORT_LINE = 3;
  private static final int STATUS_LINE = 7;

  /** After a crash the server first replays up to 1 GB of its log, possibly from a slow disk. */
  private static final Duration RECOVERY_TIMEOUT = Duration.ofMinutes(30);

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(250);

  private final ProcessHandle process;
  private final Path folder;

  private Postmaster(ProcessHandle process, Path folder) {
    this.process = process;
    this.folder = folder;
  }

  /**
   * Returns the server of a database folder, if it is running: after a crash, the process id in the
   * PID file may belong to another process.
   *
   * @param folder the database's folder
   * @param cache the folder of the unpacked binaries
   */
  static Optional<Postmaster> find(Path folder, Path cache) throws IOException {
    return line(folder, 0)
        .filter(number -> number.matches("\\d{1,18}"))
        .flatMap(number -> ProcessHandle.of(Long.parseLong(number)))
        .filter(process -> isServerOf(folder, cache, process.info()))
        .map(process -> new Postmaster(process, folder));
  }

  /**
   * Deletes the PID file of a server that is not running: PostgreSQL does not start if the process
   * id in it now belongs to another process.
   */
  static void deletePidFile(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve(PID_FILE));
  }

  long pid() {
    return process.pid();
  }

  /** Returns whether the server accepts connections. */
  boolean isReady() throws IOException {
    return status().equals("ready");
  }

  /**
   * Returns the port that the server listens on.
   *
   * @throws IOException if the PID file does not contain it (yet)
   */
  int port() throws IOException {
    return line(folder, PORT_LINE)
        .filter(number -> number.matches("\\d{1,5}"))
        .map(Integer::valueOf)
        .orElseThrow(() -> new IOException("There is no port in " + PID_FILE));
  }

  /**
   * Waits for crash recovery to finish: if stopped, the next server would start it again.
   *
   * @param cancelled polled; once it returns true, this method throws and the server keeps running
   */
  void awaitRecovery(BooleanSupplier cancelled) throws IOException {
    long begin = System.nanoTime();
    if (isRecovering()) {
      LOG.warn(
          "The embedded database is recovering from a crash; waiting for at most {} minutes",
          RECOVERY_TIMEOUT.toMinutes());
    }
    while (isRecovering()
        && System.nanoTime() - begin < RECOVERY_TIMEOUT.toNanos()
        && !exitsWithin(POLL_INTERVAL)) {
      if (cancelled.getAsBoolean()) {
        throw new StartFailure(
            "Stopped while the embedded database was recovering from a crash; the next start waits"
                + " for the recovery to finish");
      }
    }
  }

  /** Completes once the server has ended, for whatever reason. */
  CompletableFuture<?> end() {
    return process.onExit();
  }

  /** Stops the server, by force if necessary. */
  void stop() throws IOException {
    process.destroy();
    if (!exitsWithin(STOP_TIMEOUT)) {
      process.destroyForcibly();
      if (!exitsWithin(STOP_TIMEOUT)) {
        throw new IOException("process " + process.pid() + " does not exit");
      }
    }
  }

  private boolean exitsWithin(Duration timeout) throws IOException {
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

  private boolean isRecovering() throws IOException {
    return List.of("starting", "standby").contains(status());
  }

  private String status() throws IOException {
    return line(folder, STATUS_LINE).orElse("");
  }

  /** Returns a line of the PID file; empty if there is no such file or line. */
  private static Optional<String> line(Path folder, int number) throws IOException {
    try {
      // The file contains the folder's name in the platform's encoding.
      List<String> lines = Files.readAllLines(folder.resolve(PID_FILE), ISO_8859_1);
      return lines.size() > number ? Optional.of(lines.get(number).strip()) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
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
}
