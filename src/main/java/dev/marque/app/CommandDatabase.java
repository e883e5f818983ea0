package dev.marque.app;

import dev.marque.platform.DataDirectory;
import dev.marque.platform.DatabaseAddress;
import dev.marque.platform.EmbeddedPostgres;
import dev.marque.platform.Migrations;
import dev.marque.platform.Settings;
import dev.marque.platform.StartFailure;
import java.util.Optional;

/**
 * The database for one command: an external one, that of the server running on the data directory,
 * or the embedded one, started for this command only. Blocking.
 */
final class CommandDatabase implements AutoCloseable {

  private final Resources resources = new Resources();
  private final DatabaseAddress address;

  /**
   * Finds or starts the database and migrates its schema.
   *
   * @throws StartFailure if no database is available
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
    DataDirectory data = resources.add(DataDirectory.open(settings.dataDir()));
    return resources.add(EmbeddedPostgres.start(data)).address();
  }

  DatabaseAddress address() {
    return address;
  }

  @Override
  public void close() {
    resources.close();
  }
}
