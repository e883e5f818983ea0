package dev.marque.platform;

import io.vertx.pgclient.PgConnectOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL for tests of a single feature: started once per test JVM, with a new, migrated
 * database for each call of {@link #fresh()}.
 */
public final class TestDatabase {

  /** The unpacked PostgreSQL, shared by all test runs. */
  static final Path BINARIES = Path.of("target", "postgres-binaries").toAbsolutePath();

  private static final AtomicInteger COUNT = new AtomicInteger();

  private static @Nullable EmbeddedPostgres running;

  private TestDatabase() {}

  /** Returns the address of a new database with all tables and no rows. */
  public static DatabaseAddress fresh() {
    DatabaseAddress server = server().address();
    String name = "test" + COUNT.incrementAndGet();
    try (Connection connection = server.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    DatabaseAddress fresh = server.withName(name);
    Migrations.run(fresh);
    return fresh;
  }

  /** Returns {@code marque.database.url} for a new database with all tables and no rows. */
  public static String freshUrl() {
    PgConnectOptions options = fresh().connectOptions();
    return "postgresql://%s:%s@%s:%d/%s"
        .formatted(
            options.getUser(),
            options.getPassword(),
            options.getHost(),
            options.getPort(),
            options.getDatabase());
  }

  private static synchronized EmbeddedPostgres server() {
    if (running == null) {
      try {
        Path folder = Files.createTempDirectory("marque-test-database");
        DataDirectory data = DataDirectory.open(folder);
        EmbeddedPostgres postgres = EmbeddedPostgres.start(data, BINARIES, 0);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(postgres, data)));
        running = postgres;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return running;
  }

  private static void stop(EmbeddedPostgres postgres, DataDirectory data) {
    postgres.close();
    data.close();
    try {
      PostgresBinaries.deleteAll(data.path());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
