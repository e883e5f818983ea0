package dev.marque.platform;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** An external PostgreSQL that tests can stop and restart on the same port. */
public final class StoppableDatabase implements AutoCloseable {

  private final DataDirectory data;
  private final int port;
  private @Nullable EmbeddedPostgres running;

  /** Starts the database. */
  public StoppableDatabase() throws IOException {
    data = DataDirectory.open(Files.createTempDirectory("marque-other-database"));
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    start();
  }

  /** Returns the value for {@code marque.database.url}. */
  public String url() throws IOException {
    String password = Files.readString(data.path().resolve("postgres-password")).strip();
    return "postgresql://marque:" + password + "@127.0.0.1:" + port + "/marque";
  }

  /** Returns the folder with the settings and tables of PostgreSQL. */
  Path folder() {
    return data.path().resolve("postgres");
  }

  public void start() {
    running = EmbeddedPostgres.start(data, TestDatabase.BINARIES, port);
  }

  public void stop() {
    if (running != null) {
      running.close();
      running = null;
    }
  }

  @Override
  public void close() {
    stop();
    Path folder = data.path();
    data.close();
    try {
      PostgresBinaries.deleteAll(folder);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
