package dev.marque.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.RunsConcurrently;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RunsConcurrently
class EmbeddedPostgresTest {

  @TempDir private Path folder;

  private EmbeddedPostgres start(DataDirectory data) {
    return EmbeddedPostgres.start(data, TestDatabase.BINARIES, 0);
  }

  private static String one(DatabaseAddress address, String sql) throws SQLException {
    try (Connection connection = address.dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertTrue(rows.next());
      return rows.getString(1);
    }
  }

  private static void execute(DatabaseAddress address, String sql) throws SQLException {
    try (Connection connection = address.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void it_is_durable_and_keeps_strangers_out() throws SQLException, IOException {
    try (DataDirectory data = DataDirectory.open(folder);
        EmbeddedPostgres postgres = start(data)) {
      DatabaseAddress address = postgres.address();
      assertEquals("on", one(address, "SHOW fsync"));
      assertEquals("on", one(address, "SHOW synchronous_commit"));
      assertEquals("127.0.0.1", one(address, "SHOW listen_addresses"));
      DatabaseAddress wrong =
          DatabaseAddress.of(
              "127.0.0.1", address.connectOptions().getPort(), "marque", "marque", "guess");
      assertThrows(SQLException.class, () -> one(wrong, "SELECT 1"));
      Path password = folder.resolve("postgres-password");
      if (password.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        assertEquals(
            "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(password)));
      }
    }
  }

  @Test
  void what_was_stored_is_there_after_a_restart() throws SQLException {
    try (DataDirectory data = DataDirectory.open(folder)) {
      try (EmbeddedPostgres postgres = start(data)) {
        execute(postgres.address(), "CREATE TABLE kept AS SELECT 'yes' AS word");
      }
      try (EmbeddedPostgres postgres = start(data)) {
        assertEquals("yes", one(postgres.address(), "SELECT word FROM kept"));
      }
    }
  }

  @Test
  void the_database_that_a_killed_process_left_behind_gives_way_at_the_first_try()
      throws SQLException, IOException {
    try (DataDirectory data = DataDirectory.open(folder)) {
      EmbeddedPostgres orphan = start(data);
      execute(orphan.address(), "CREATE TABLE kept AS SELECT 'yes' AS word");
      String before = Files.readAllLines(folder.resolve("postgres/postmaster.pid")).get(0);
      try (EmbeddedPostgres postgres = start(data)) {
        assertEquals("yes", one(postgres.address(), "SELECT word FROM kept"));
        assertFalse(
            ProcessHandle.of(Long.parseLong(before)).map(ProcessHandle::isAlive).orElse(false));
      }
    }
  }

  @Test
  void a_recovery_that_takes_longer_than_a_start_is_waited_for() throws SQLException, IOException {
    try (DataDirectory data = DataDirectory.open(folder)) {
      try (EmbeddedPostgres postgres = start(data)) {
        execute(postgres.address(), "CREATE TABLE kept AS SELECT 'yes' AS word");
      }
      Path postgres = folder.resolve("postgres");
      Files.createFile(postgres.resolve("recovery.signal"));
      Files.writeString(
          postgres.resolve("postgresql.auto.conf"),
          "hot_standby = off\nrestore_command = 'sleep 1; false'\n");
      try (EmbeddedPostgres recovered =
          EmbeddedPostgres.start(
              data, TestDatabase.BINARIES, 0, Duration.ofSeconds(1), () -> false)) {
        assertEquals("yes", one(recovered.address(), "SELECT word FROM kept"));
      }
    }
  }

  @Test
  void a_start_that_is_given_up_leaves_a_recovery_to_the_next() throws SQLException, IOException {
    try (DataDirectory data = DataDirectory.open(folder)) {
      start(data);
      Path file = folder.resolve("postgres/postmaster.pid");
      String ready = Files.readString(file);
      Files.writeString(file, ready.replace("ready   ", "starting"));
      Duration patience = Duration.ofSeconds(60);
      StartFailure givenUp =
          assertThrows(
              StartFailure.class,
              () -> EmbeddedPostgres.start(data, TestDatabase.BINARIES, 0, patience, () -> true));
      assertTrue(givenUp.getMessage().contains("Told to stop"), givenUp.getMessage());
      long recovering = Long.parseLong(ready.lines().findFirst().orElseThrow());
      assertTrue(ProcessHandle.of(recovering).map(ProcessHandle::isAlive).orElse(false));

      Files.writeString(file, ready);
      try (EmbeddedPostgres postgres = start(data)) {
        assertEquals("1", one(postgres.address(), "SELECT 1"));
      }
    }
  }

  @Test
  void a_database_that_a_killed_process_left_behind_may_end_its_recovery()
      throws SQLException, IOException {
    try (DataDirectory data = DataDirectory.open(folder);
        LoggedEvents events = new LoggedEvents(EmbeddedPostgres.class)) {
      start(data);
      Path file = folder.resolve("postgres/postmaster.pid");
      String ready = Files.readString(file);
      Files.writeString(file, ready.replace("ready   ", "starting"));
      CompletableFuture<EmbeddedPostgres> second = CompletableFuture.supplyAsync(() -> start(data));
      // Other tests log of databases of their own.
      while (!events.next().encode().contains("recovers")) {
        assertFalse(second.isDone(), "it is not waited for");
      }
      Files.writeString(file, ready);
      try (EmbeddedPostgres postgres = second.join()) {
        assertEquals("1", one(postgres.address(), "SELECT 1"));
      }
    }
  }

  /** What is left of a server that was killed, but for its process' number. */
  private void leaveBehind(String number) throws IOException {
    Path postgres = folder.resolve("postgres").toAbsolutePath();
    Files.writeString(
        postgres.resolve("postmaster.pid"),
        String.join(
            "\n", number, postgres.toString(), "1", "5432", "", "127.0.0.1", "1 2", "ready"));
  }

  @Test
  void what_a_killed_server_left_stops_no_other_program_and_no_start(@TempDir Path other)
      throws SQLException, IOException {
    Process program = new ProcessBuilder("sleep", "600").start();
    try (DataDirectory data = DataDirectory.open(folder);
        DataDirectory others = DataDirectory.open(other);
        EmbeddedPostgres theirs = start(others)) {
      start(data).close();
      String theirNumber = Files.readAllLines(other.resolve("postgres/postmaster.pid")).get(0);
      String tooLarge = "99999999999999999999";
      for (String number :
          List.of(theirNumber, Long.toString(program.pid()), tooLarge, "-1", "garbage", "")) {
        leaveBehind(number);
        try (EmbeddedPostgres postgres = start(data)) {
          assertEquals("1", one(postgres.address(), "SELECT 1"), number);
        }
      }
      assertEquals("1", one(theirs.address(), "SELECT 1"));
      assertTrue(program.isAlive());
    } finally {
      program.destroy();
    }
  }

  @Test
  void a_command_beside_a_server_finds_its_database_only_while_that_runs()
      throws SQLException, IOException, InterruptedException {
    assertEquals(Optional.empty(), EmbeddedPostgres.running(folder));
    try (DataDirectory data = DataDirectory.open(folder)) {
      assertTriesAgain();
      try (EmbeddedPostgres postgres = start(data)) {
        DatabaseAddress found = EmbeddedPostgres.running(folder).orElseThrow();
        assertEquals("1", one(found, "SELECT 1"));
        assertEquals(
            postgres.address().connectOptions().getPort(), found.connectOptions().getPort());
      }
      assertTriesAgain();
      Process ended = new ProcessBuilder("true").start();
      ended.waitFor();
      leaveBehind(Long.toString(ended.pid()));
      assertTriesAgain();
    }
    assertEquals(Optional.empty(), EmbeddedPostgres.running(folder));
  }

  private void assertTriesAgain() {
    StartFailure told = assertThrows(StartFailure.class, () -> EmbeddedPostgres.running(folder));
    assertTrue(String.valueOf(told.getMessage()).contains("is just starting"), told.getMessage());
  }

  @Test
  void a_start_that_was_killed_while_it_made_the_database_does_not_spoil_the_next()
      throws SQLException, IOException {
    Files.createDirectories(folder.resolve("postgres.new/base"));
    Files.writeString(folder.resolve("postgres.new/PG_VERSION"), "18");
    try (DataDirectory data = DataDirectory.open(folder);
        EmbeddedPostgres postgres = start(data)) {
      assertEquals("1", one(postgres.address(), "SELECT 1"));
    }
  }

  @Test
  void a_second_server_on_one_data_folder_is_refused() {
    try (DataDirectory first = DataDirectory.open(folder)) {
      StartFailure refused = assertThrows(StartFailure.class, () -> DataDirectory.open(folder));
      String message = String.valueOf(refused.getMessage());
      assertTrue(message.startsWith("Another Marque already runs on"), message);
      assertTrue(message.contains(first.path().toString()), message);
    }
    DataDirectory.open(folder).close();
  }
}
