package dev.marque.platform;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.output.MigrateResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Migrates a database to the schema of this version. */
public final class Migrations {

  private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

  private Migrations() {}

  /**
   * Applies the pending migrations of {@code db/migration}. Blocks; do not call it on an event
   * loop.
   *
   * @throws StartFailure if the database cannot be reached or a migration fails
   */
  public static void run(DatabaseAddress address) {
    DataSource source = address.dataSource();
    try (Connection connection = source.getConnection()) {
      LOG.debug("Database is {}", connection.getMetaData().getDatabaseProductVersion());
    } catch (SQLException e) {
      throw new StartFailure(
          "The database at "
              + address
              + " cannot be reached: "
              + firstLine(e)
              + "; start it, or check marque.database.url",
          e);
    }
    try {
      MigrateResult result =
          Flyway.configure()
              .dataSource(source)
              .locations("classpath:db/migration")
              .loggers("slf4j")
              .load()
              .migrate();
      if (result.migrationsExecuted > 0) {
        LOG.info(
            "Database migrated to version {} in {} steps",
            result.targetSchemaVersion,
            result.migrationsExecuted);
      }
    } catch (FlywayException e) {
      throw new StartFailure(
          "The database at " + address + " cannot be migrated to this version: " + firstLine(e), e);
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString()).strip();
  }
}
