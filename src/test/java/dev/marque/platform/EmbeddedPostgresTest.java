package dev.marque.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.RunsConcurrently;
import java.io.IOException;
import java.io.RandomAccessFile;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RunsConcurrently
class EmbeddedPostgresTest {

  @TempDir private Path folder;

  private EmbeddedPostgres start(DataDirectory data) {
    return EmbeddedPostgres.start(data, TestDatabase.BINARIES, 0);
  }

  private static String queryOne(DatabaseAddress address, String sql) throws SQLException {
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
  void it_is_durable_and_rejects_wrong_passwords() throws SQLException, IOException {
    try (DataDirectory data = DataDirectory.open(folder);
        EmbeddedPostgres postgres = start(data)) {
      DatabaseAddress address = postgres.address();
      assertEquals("on", queryOne(address, "SHOW fsync"));
      assertEquals("on", queryOne(address, "SHOW synchronous_commit"));
      assertEquals("127.0.0.1", queryOne(address, "SHOW listen_addresses"));
      DatabaseAddress wrong =
          DatabaseAddress.of(
              "127.0.0.1", address.connectOptions().getPort(), "marque", "marque", "guess");
      assertThrows(SQLException.class, () -> queryOne(wrong, "SELECT 1"));
      Path password = folder.resolve("postgres-password");
      if (password.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        assertEquals(
            "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(password)));
      }
    }
  }

  @Test
  void data_survives_a_restart_and_a_large_log_is_renamed() throws Exception {
    Path log = folder.resolve("postgres.log");
    try (DataDirectory data = DataDirectory.open(folder)) {
      try (EmbeddedPostgres postgres = start(data)) {
        execute(postgres.address(), "CREATE TABLE kept AS SELECT 'yes' AS word");
      }
      assertFalse(Files.exists(folder.resolve("postgres.log.old")));
      assertTrue(Files.readString(log).contains("ready to accept connections"));
      assertFalse(Files.readString(log).contains("waiting for server"), "the output of pg_ctl");
      try (RandomAccessFile large = new RandomAccessFile(log.toFile(), "rw")) {
        large.setLength(10_000_001);
      }
      try (EmbeddedPostgres postgres = start(data)) {
        assertEquals("yes", queryOne(postgres.address(), "SELECT word FROM kept"));
      }
      assertTrue(Files.size(log) < 10_000);
      assertEquals(10_000_001, Files.size(folder.resolve("postgres.log.old")));
    }
  }

  @Test
  void binaries_of_other_versions_are_deleted() throws IOException {
    Path home = Files.createDirectories(folder.resolve("0123456789abcdef"));
    Files.createDirectories(folder.resolve("fedcba9876543210/bin"));
    Path unpacking = Files.createDirectory(folder.resolve("unpacking"));
    PostgresBinaries.deleteOtherVersions(home);
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(Set.of(home, unpacking), left.collect(Collectors.toSet()));
    }
  }

  @Test
  void a_database_left_behind_by_a_killed_process_is_replaced_at_the_first_attempt()
      throws SQLException, IOException {
    try (DataDirectory data = DataDirectory.open(folder)) {
      EmbeddedPostgres orphan = start(data);
      execute(orphan.address(), "CREATE TABLE kept AS SELECT 'yes' AS word");
      String before = Files.readAllLines(folder.resolve("postgres/postmaster.pid")).get(0);
      try (EmbeddedPostgres postgres = start(data)) {
        assertEquals("yes", queryOne(postgres.address(), "SELECT word FROM kept"));
        assertFalse(
            ProcessHandle.of(Long.parseLong(before)).map(ProcessHandle::isAlive).orElse(false));
      }
    }
  }

  @Test
  void a_start_waits_for_a_recovery_that_exceeds_its_timeout() throws SQLException, IOException {
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
        assertEquals("yes", queryOne(recovered.address(), "SELECT word FROM kept"));
      }
    }
  }

  @Test
  void a_cancelled_start_leaves_the_recovery_to_the_next_one() throws SQLException, IOException {
    try (DataDirectory data = DataDirectory.open(folder)) {
      start(data);
      Path file = folder.resolve("postgres/postmaster.pid");
      String ready = Files.readString(file);
      Files.writeString(file, ready.replace("ready   ", "starting"));
      Duration timeout = Duration.ofSeconds(60);
      StartFailure cancelled =
          assertThrows(
              StartFailure.class,
              () -> EmbeddedPostgres.start(data, TestDatabase.BINARIES, 0, timeout, () -> true));
      assertTrue(
          cancelled.getMessage().contains("Stopped while the embedded database was recovering"),
          cancelled.getMessage());
      long recovering = Long.parseLong(ready.lines().findFirst().orElseThrow());
      assertTrue(ProcessHandle.of(recovering).map(ProcessHandle::isAlive).orElse(false));

      Files.writeString(file, ready);
      try (EmbeddedPostgres postgres = start(data)) {
        assertEquals("1", queryOne(postgres.address(), "SELECT 1"));
      }
    }
  }

  @Test
  void a_database_left_behind_by_a_killed_process_may_finish_its_recovery()
      throws SQLException, IOException {
    try (DataDirectory data = DataDirectory.open(folder);
        LoggedEvents events = new LoggedEvents(Postmaster.class)) {
      start(data);
      Path file = folder.resolve("postgres/postmaster.pid");
      String ready = Files.readString(file);
      Files.writeString(file, ready.replace("ready   ", "starting"));
      CompletableFuture<EmbeddedPostgres> second = CompletableFuture.supplyAsync(() -> start(data));
      // Concurrent tests log events about their own databases.
      while (!events.next().encode().contains("is recovering")) {
        assertFalse(second.isDone(), "the start does not wait for the recovery");
      }
      Files.writeString(file, ready);
      try (EmbeddedPostgres postgres = second.join()) {
        assertEquals("1", queryOne(postgres.address(), "SELECT 1"));
      }
    }
  }

  /** Writes the PID file that a killed server leaves behind, with the given process id. */
  private void leaveBehind(String pid) throws IOException {
    Path postgres = folder.resolve("postgres").toAbsolutePath();
    Files.writeString(
        postgres.resolve("postmaster.pid"),
        String.join("\n", pid, postgres.toString(), "1", "5432", "", "127.0.0.1", "1 2", "ready"));
  }

  @Test
  void the_pid_file_of_a_killed_server_affects_no_other_process_and_no_start(@TempDir Path other)
      throws SQLException, IOException {
    Process program = new ProcessBuilder("sleep", "600").start();
    try (DataDirectory data = DataDirectory.open(folder);
        DataDirectory others = DataDirectory.open(other);
        EmbeddedPostgres theirs = start(others)) {
      start(data).close();
      String theirPid = Files.readAllLines(other.resolve("postgres/postmaster.pid")).get(0);
      String tooLarge = "99999999999999999999";
      for (String pid :
          List.of(theirPid, Long.toString(program.pid()), tooLarge, "-1", "garbage", "")) {
        leaveBehind(pid);
        try (EmbeddedPostgres postgres = start(data)) {
          assertEquals("1", queryOne(postgres.address(), "SELECT 1"), pid);
        }
      }
      assertEquals("1", queryOne(theirs.address(), "SELECT 1"));
      assertTrue(program.isAlive());
    } finally {
      program.destroy();
    }
  }

  @Test
  void a_command_finds_the_database_of_a_server_only_while_it_is_running()
      throws SQLException, IOException, InterruptedException {
    assertEquals(Optional.empty(), EmbeddedPostgres.running(folder));
    try (DataDirectory data = DataDirectory.open(folder)) {
      assertNotRunning();
      try (EmbeddedPostgres postgres = start(data)) {
        DatabaseAddress found = EmbeddedPostgres.running(folder).orElseThrow();
        assertEquals("1", queryOne(found, "SELECT 1"));
        assertEquals(
            postgres.address().connectOptions().getPort(), found.connectOptions().getPort());
      }
      assertNotRunning();
      Process ended = new ProcessBuilder("true").start();
      ended.waitFor();
      leaveBehind(Long.toString(ended.pid()));
      assertNotRunning();
    }
    assertEquals(Optional.empty(), EmbeddedPostgres.running(folder));
  }

  private void assertNotRunning() {
    StartFailure failure = assertThrows(StartFailure.class, () -> EmbeddedPostgres.running(folder));
    assertTrue(
        String.valueOf(failure.getMessage()).contains("is just starting"), failure.getMessage());
  }

  @Test
  void a_start_succeeds_after_the_previous_one_was_killed_while_creating_the_database()
      throws SQLException, IOException {
    Files.createDirectories(folder.resolve("postgres.new/base"));
    Files.writeString(folder.resolve("postgres.new/PG_VERSION"), "18");
    try (DataDirectory data = DataDirectory.open(folder);
        EmbeddedPostgres postgres = start(data)) {
      assertEquals("1", queryOne(postgres.address(), "SELECT 1"));
    }
  }

  @Test
  void a_second_server_on_the_same_data_folder_is_rejected() {
    try (DataDirectory first = DataDirectory.open(folder)) {
      StartFailure rejected = assertThrows(StartFailure.class, () -> DataDirectory.open(folder));
      String message = String.valueOf(rejected.getMessage());
      assertTrue(message.startsWith("Another Marque already runs on"), message);
      assertTrue(message.contains(first.path().toString()), message);
    }
    DataDirectory.open(folder).close();
  }
}
