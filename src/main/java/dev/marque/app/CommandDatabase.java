package dev.marque.app;

import dev.marque.platform.DataDirectory;
import dev.marque.platform.DatabaseAddress;
import dev.marque.platform.EmbeddedPostgres;
import dev.marque.platform.Migrations;
import dev.marque.platform.Settings;
import dev.marque.platform.StartFailure;
import java.util.Optional;

/**
 * The database for one command of the terminal: somebody else's, that of the server which runs on
 * the data folder, or the embedded one, started for the command alone. Blocks.
 */
final class CommandDatabase implements AutoCloseable {

  private final Running running = new Running();
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
    DataDirectory data = running.add(DataDirectory.open(settings.dataDir()));
    return running.add(EmbeddedPostgres.start(data)).address();
  }

  DatabaseAddress address() {
    return address;
  }

  @Override
  public void close() {
    running.close();
  }
}
