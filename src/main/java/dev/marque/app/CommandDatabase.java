package dev.marque.app;

import dev.marque.platform.DataDirectory;
import dev.marque.platform.DatabaseAddress;
import dev.marque.platform.EmbeddedPostgres;
import dev.marque.platform.Migrations;
import dev.marque.platform.Settings;
import dev.marque.platform.StartFailure;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * The database for one command of the terminal: somebody else's, that of the server which runs on
 * the data folder, or the embedded one, started for the command alone. Blocks.
 */
final class CommandDatabase implements AutoCloseable {

  private final Deque<AutoCloseable> running = new ArrayDeque<>();
  private final DatabaseAddress address;

  /**
   * Finds or starts the database and brings its tables up to date.
   *
   * @throws StartFailure if there is none to be had
   */
  CommandDatabase(Settings settings) {
    try {
      address = find(settings);
      Migrations.run(address);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private DatabaseAddress find(Settings settings) {
    if (!settings.database().url().isEmbedded()) {
      return settings.database().url().address();
    }
    Optional<DatabaseAddress> served = EmbeddedPostgres.running(settings.dataDir());
    if (served.isPresent()) {
      return served.get();
    }
    DataDirectory data = DataDirectory.open(settings.dataDir());
    running.push(data);
    EmbeddedPostgres started = EmbeddedPostgres.start(data);
    running.push(started);
    return started.address();
  }

  DatabaseAddress address() {
    return address;
  }

  @Override
  public void close() {
    while (!running.isEmpty()) {
      try {
        running.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
