package dev.marque.app;

import dev.marque.platform.Logs;
import dev.marque.platform.Settings;
import dev.marque.platform.SettingsFile;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** {@code marque serve}: runs the server until it is stopped. */
@Command(
    name = "serve",
    description = {
      "Serves pages and API until it is stopped (Ctrl-C, or SIGTERM).",
      "",
      "Prints \"Marque is ready at ADDRESS\" on standard output once it accepts requests; the log"
          + " goes to standard error. When stopped, it accepts no new requests, completes running"
          + " ones (for at most 10 seconds) and exits with status 0. It exits with status 1 if its"
          + " embedded database ends unexpectedly.",
      "",
      "Settings come from the environment (MARQUE_HTTP_PORT), then from marque.yaml in the working"
          + " folder (marque: http: port:). The README lists all of them."
    })
public final class ServeCommand implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

  /** Process managers usually kill a process that has not stopped after ten seconds. */
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(9);

  @Override
  public Integer call() throws InterruptedException {
    Settings settings = SettingsFile.load();
    Logs.write(settings.logs().format());
    Server server = new Server(settings);
    AtomicBoolean ready = new AtomicBoolean();
    Thread stop = new Thread(() -> stop(server, ready), "stop");
    Runtime.getRuntime().addShutdownHook(stop);
    try {
      server.start();
    } catch (Throwable e) {
      // Future.await throws any cause undeclared.
      if (isShuttingDown(stop)) {
        new CountDownLatch(1).await();
      }
      throw e;
    }
    ready.set(true);
    System.out.println("Marque is ready at " + server.address());
    System.out.flush();
    server
        .setupLink()
        .ifPresent(
            link ->
                humanOutput(settings)
                    .println(
                        "There is no administrator yet. Create the first one, within a day, at "
                            + link));
    server.awaitFailure();
    return 1;
  }

  /** Returns the stream for human readers: with JSON logs, standard error is for machines only. */
  private static PrintStream humanOutput(Settings settings) {
    return settings.logs().format() == Settings.LogFormat.JSON ? System.out : System.err;
  }

  /**
   * Returns whether the start failed because the hook is stopping the server; otherwise removes the
   * hook.
   */
  private static boolean isShuttingDown(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
      return false;
    } catch (IllegalStateException stopping) {
      return true;
    }
  }

  /**
   * Stops the server and exits. A requested stop is not a failure, so the exit status is 0, not the
   * JVM's 143.
   */
  private static void stop(Server server, AtomicBoolean ready) {
    Thread closing = new Thread(server::close, "closing");
    closing.start();
    try {
      // Wait for the model to load: a process that exits while libtorch loads one crashes.
      closing.join(ready.get() ? SHUTDOWN_TIMEOUT.toMillis() : 0);
      if (closing.isAlive()) {
        LOG.warn("Not everything stopped within {} s, exiting", SHUTDOWN_TIMEOUT.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.out.flush();
    System.err.flush();
    Runtime.getRuntime().halt(server.hasFailed() ? 1 : 0);
  }
}
