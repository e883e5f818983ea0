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

/** {@code marque serve}: runs the server until it is told to stop. */
@Command(
    name = "serve",
    description = {
      "Serves pages and API until it is stopped (Ctrl-C, or SIGTERM).",
      "",
      "Prints \"Marque is ready at ADDRESS\" on standard output when it answers requests; the log"
          + " goes to standard error. When stopped it takes no new work, finishes what runs (10"
          + " seconds at most) and exits with 0.",
      "",
      "Settings come from the environment (MARQUE_HTTP_PORT), then from marque.yaml in the working"
          + " folder (marque: http: port:). The README lists all of them."
    })
public final class ServeCommand implements Callable<Integer> {

  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);

  /** Whoever asks a process to stop kills it when it has not done so in ten seconds. */
  private static final Duration PATIENCE = Duration.ofSeconds(9);

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
      // A future that is awaited throws its cause undeclared, whatever that is.
      if (isStopping(stop)) {
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
                people(settings)
                    .println(
                        "There is no administrator yet. Make the first one, within a day, at "
                            + link));
    new CountDownLatch(1).await();
    return 0;
  }

  /** Where something is for a person to read: standard error may be for machines alone. */
  private static PrintStream people(Settings settings) {
    return settings.logs().format() == Settings.LogFormat.JSON ? System.out : System.err;
  }

  /**
   * Whether the start failed since the hook stops everything; if not, there is no hook any more.
   */
  private static boolean isStopping(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
      return false;
    } catch (IllegalStateException stopping) {
      return true;
    }
  }

  /** Being told to stop is not a failure, so the exit status is not the JVM's 143. */
  private static void stop(Server server, AtomicBoolean ready) {
    Thread closing = new Thread(server::close, "closing");
    closing.start();
    try {
      // A process that ends while libtorch loads a model crashes; that it loads is waited for.
      closing.join(ready.get() ? PATIENCE.toMillis() : 0);
      if (closing.isAlive()) {
        LOG.warn("Not everything stopped within {} s; the rest is cut off", PATIENCE.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.out.flush();
    System.err.flush();
    Runtime.getRuntime().halt(0);
  }
}
