package dev.marque.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Marque in a separate process, for what a test cannot do to its own JVM. */
public final class MarqueProcess implements AutoCloseable {

  /** Test runs are so short that the second compiler costs more than it saves. */
  private static final List<String> QUICK = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private final Process process;
  private final Path output;
  private final Path errors;

  private MarqueProcess(Process process, Path output, Path errors) {
    this.process = process;
    this.output = output;
    this.errors = errors;
  }

  /**
   * Starts a command.
   *
   * @param folder the working folder; the process's output is redirected to its files {@code out}
   *     and {@code err}
   * @param settings by name, for example {@code marque.http.port}
   */
  public static MarqueProcess start(
      Path folder, Map<String, String> settings, String... arguments) {
    return start(folder, settings, List.of(), List.of(arguments));
  }

  /**
   * Starts a command with JVM options.
   *
   * @param options for example {@code -Xmx320m}
   */
  public static MarqueProcess start(
      Path folder, Map<String, String> settings, List<String> options, List<String> arguments) {
    List<String> all = new ArrayList<>(QUICK);
    all.addAll(options);
    return startAsInstalled(folder, settings, all, arguments);
  }

  /**
   * Starts a command with these JVM options and none of the test defaults, for measurements.
   *
   * @param options for example those of {@code bin/marque}
   */
  public static MarqueProcess startAsInstalled(
      Path folder, Map<String, String> settings, List<String> options, List<String> arguments) {
    Path output = folder.resolve("out");
    Path errors = folder.resolve("err");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command = new ArrayList<>();
    command.add(java);
    // As in bin/marque: without this permission, later JDKs print a warning.
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(options);
    command.addAll(List.of("-cp", absoluteClassPath(), "dev.marque.Main"));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("MARQUE_"));
    builder.environment().putAll(RunningServer.asVariables(settings));
    try {
      return new MarqueProcess(builder.start(), output, errors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String absoluteClassPath() {
    String separator = java.io.File.pathSeparator;
    return String.join(
        separator,
        Stream.of(System.getProperty("java.class.path").split(separator))
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .toList());
  }

  /** Writes a line to the standard input of the process. */
  void enter(String line) {
    try (Writer input = process.outputWriter()) {
      input.write(line + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for the line that reports readiness, and returns the address in it. */
  public String awaitReady() {
    String line = "Marque is ready at ";
    awaitOutput(line);
    return out().substring(out().indexOf(line) + line.length()).lines().findFirst().orElse("");
  }

  /** Waits until the process has written a text. */
  void awaitOutput(String text) {
    long end = System.nanoTime() + TIMEOUT.toNanos();
    while (!out().contains(text) && !err().contains(text)) {
      if (System.nanoTime() > end || !process.isAlive()) {
        throw new AssertionError("The process did not write '" + text + "': " + out() + err());
      }
      try {
        // Polling a file: there is nothing else to wait for.
        process.waitFor(50, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /** Waits for the process to exit and returns its exit status. */
  public int awaitEnd() {
    try {
      if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("The process did not exit: " + out() + err());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Sends SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** Sends SIGKILL and waits for the exit. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  String out() {
    return read(output);
  }

  String err() {
    return read(errors);
  }

  /** Returns the error messages on standard error, without the log. */
  List<String> errorLines() {
    return err().lines().filter(line -> line.startsWith("marque: ")).toList();
  }

  /** Reads a file that a process writes, or that Linux provides about it. */
  public static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    terminate();
    try {
      awaitEnd();
    } finally {
      process.destroyForcibly();
    }
  }
}
