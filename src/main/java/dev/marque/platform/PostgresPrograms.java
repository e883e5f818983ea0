package dev.marque.platform;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs PostgreSQL's own programs, such as {@code initdb} and {@code pg_ctl}.
 *
 * @param home the folder of the unpacked binaries
 * @param log the file to which the programs' output is appended
 */
record PostgresPrograms(Path home, Path log) {

  private static final List<String> IN_OWN_USER_NAMESPACE = List.of("unshare", "--user");

  /** Longer than any start of the server that {@code pg_ctl} waits for. */
  private static final Duration TIMEOUT = Duration.ofSeconds(90);

  /**
   * Runs a program until it exits; blocks.
   *
   * @param purpose completes "could not ..." in the message
   * @throws IOException if it does not start, fails or does not exit in time
   */
  void run(String purpose, String program, List<String> arguments) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command(program, arguments))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    try {
      if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException("could not " + purpose + " in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted", e);
    }
    if (process.exitValue() != 0) {
      throw new IOException("could not " + purpose + " (exit status " + process.exitValue() + ")");
    }
  }

  private List<String> command(String program, List<String> arguments) {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      // PostgreSQL refuses to run as root; in its own user namespace it runs as "nobody".
      command.addAll(IN_OWN_USER_NAMESPACE);
    }
    command.add(home.resolve("bin").resolve(isWindows() ? program + ".exe" : program).toString());
    command.addAll(arguments);
    return command;
  }

  /**
   * Checks that the programs can run as this user.
   *
   * @throws StartFailure if this user is root, and the system does not permit user namespaces, as
   *     in most containers
   */
  static void checkUser() {
    if (!isRoot() || succeeds(IN_OWN_USER_NAMESPACE, "true")) {
      return;
    }
    throw new StartFailure(
        "The embedded database cannot run as root on this system, which does not permit user"
            + " namespaces; run Marque as another user, or set marque.database.url to a PostgreSQL"
            + " of your own");
  }

  private static boolean succeeds(List<String> wrapper, String program) {
    List<String> command = new ArrayList<>(wrapper);
    command.add(program);
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static boolean isRoot() {
    return !isWindows() && "root".equals(System.getProperty("user.name"));
  }

  private static boolean isWindows() {
    return File.separatorChar == '\\';
  }
}
