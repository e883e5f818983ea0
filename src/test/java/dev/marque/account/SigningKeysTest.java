package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SigningKeysTest {

  private final MovableClock clock = new MovableClock();

  @TempDir private Path data;

  private List<SigningKey> load() throws IOException {
    return new SigningKeys(data, clock).load();
  }

  @Test
  void the_first_start_creates_a_key_and_later_ones_keep_it() throws IOException {
    List<SigningKey> created = load();
    assertEquals(1, created.size());
    assertEquals(created, load());
  }

  @Test
  void only_the_owner_may_read_a_key() throws IOException {
    load();
    Path folder = data.resolve("keys");
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        assertEquals(
            "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
      }
    }
  }

  @Test
  void an_old_key_gets_a_successor_and_is_accepted_for_another_day() throws IOException {
    SigningKey first = load().get(0);
    clock.advance(Duration.ofDays(91));
    List<SigningKey> rotated = load();
    assertEquals(2, rotated.size());
    assertNotEquals(first, rotated.get(0));
    assertEquals(first, rotated.get(1));
    clock.advance(Duration.ofDays(2));
    assertEquals(List.of(rotated.get(0)), load());
  }

  @Test
  void a_key_that_failed_on_a_full_disk_is_created_by_the_next_start() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root may mount");
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=4k", "marque-test", data.toString()),
        "this machine does not let root mount");
    try {
      Path filler = Files.write(data.resolve("filler"), new byte[4096]);
      assertThrows(IOException.class, this::load);
      try (Stream<Path> left = Files.list(data.resolve("keys"))) {
        assertEquals(List.of(), left.toList());
      }
      Files.delete(filler);
      assertEquals(1, load().size());
    } finally {
      run("umount", data.toString());
    }
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
  }

  @Test
  void a_damaged_key_prevents_the_start() throws IOException {
    load();
    try (Stream<Path> files = Files.list(data.resolve("keys"))) {
      Files.writeString(files.findFirst().orElseThrow(), "damaged");
    }
    assertThrows(IllegalStateException.class, this::load);
  }
}
