package dev.marque.app;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Marque in a process of its own, as a person starts it: for what a test cannot do to its own JVM.
 */
public final class MarqueProcess implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

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
   * @param folder the working folder; what the process says lies in it as {@code out} and {@code
   *     err}
   * @param settings names such as {@code marque.http.port}
   */
  public static MarqueProcess start(
      Path folder, Map<String, String> settings, String... arguments) {
    return start(folder, settings, List.of(), List.of(arguments));
  }

  /**
   * As {@link #start(Path, Map, String...)}, in a Java with options of its own.
   *
   * @param options such as {@code -Xmx320m}
   */
  public static MarqueProcess start(
      Path folder, Map<String, String> settings, List<String> options, List<String> arguments) {
    Path output = folder.resolve("out");
    Path errors = folder.resolve("err");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command = new ArrayList<>();
    command.add(java);
    // As bin/marque starts it: later JDKs print a warning without the permission.
    command.add("--enable-native-access=ALL-UNNAMED");
    // The second compiler costs so short a run more than it brings.
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
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

  /** Waits for the line that says where it serves, and returns that address. */
  public String awaitReady() {
    String line = "Marque is ready at ";
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      if (out().contains(line)) {
        return out().substring(out().indexOf(line) + line.length()).lines().findFirst().orElse("");
      }
      if (!process.isAlive()) {
        break;
      }
      try {
        // Polling a file: there is nothing else to wait for.
        process.waitFor(50, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
    throw new AssertionError("It did not become ready: " + out() + err());
  }

  /** Waits for the end; the exit status. */
  public int awaitEnd() {
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("It did not end: " + out() + err());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** SIGKILL. */
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

  /** The lines on standard error that are not the log's. */
  List<String> complaints() {
    return err().lines().filter(line -> line.startsWith("marque: ")).toList();
  }

  /** A file that a process writes, or that Linux tells of it. */
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
