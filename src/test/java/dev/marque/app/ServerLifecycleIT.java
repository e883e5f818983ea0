package dev.marque.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting, stopping and being killed, seen from outside the process. */
class ServerLifecycleIT {

  private static final Path BINARIES = Path.of("target", "postgres-binaries").toAbsolutePath();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir private Path folder;

  private final Map<String, String> settings = new HashMap<>();

  @BeforeEach
  void settings() throws IOException {
    Files.createDirectories(BINARIES);
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.createSymbolicLink(data.resolve("postgres-binaries"), BINARIES);
    settings.put("marque.http.port", "0");
    settings.put("marque.management.port", "0");
    settings.put("marque.model-dir", Path.of("model").toAbsolutePath().toString());
  }

  private MarqueProcess serve() {
    return MarqueProcess.start(folder, settings, "serve");
  }

  private static int status(String address) throws IOException, InterruptedException {
    return CLIENT
        .send(
            HttpRequest.newBuilder(URI.create(address)).build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private void assertRefused(MarqueProcess process, String... words) {
    assertEquals(1, process.awaitEnd(), process.err());
    assertEquals(1, process.complaints().size(), process.err());
    for (String word : words) {
      assertTrue(process.complaints().get(0).contains(word), process.err());
    }
    assertFalse(process.out().contains("ready"), process.out());
    assertFalse(process.err().contains("\tat "), process.err());
  }

  @Test
  void it_answers_when_it_says_so_and_ends_with_0_when_asked_to()
      throws IOException, InterruptedException {
    try (MarqueProcess process = serve()) {
      String address = process.awaitReady();
      assertTrue(address.startsWith("http://localhost:"), address);
      assertEquals(200, status(address + "/login"));
      process.terminate();
      assertEquals(0, process.awaitEnd(), process.err());
    }
    assertFalse(Files.exists(folder.resolve("data/postgres/postmaster.pid")));
  }

  @Test
  void after_a_kill_the_next_start_works_at_the_first_try()
      throws IOException, InterruptedException {
    try (MarqueProcess killed = serve()) {
      killed.awaitReady();
      killed.kill();
    }
    assertTrue(Files.exists(folder.resolve("data/postgres/postmaster.pid")));
    try (MarqueProcess next = serve()) {
      assertEquals(200, status(next.awaitReady() + "/login"));
    }
  }

  @Test
  void a_second_server_on_one_data_folder_says_so_and_ends() {
    try (MarqueProcess first = serve()) {
      first.awaitReady();
      Path other = folder.resolve("other");
      assertTrue(other.toFile().mkdir());
      settings.put("marque.data-dir", folder.resolve("data").toString());
      try (MarqueProcess second = MarqueProcess.start(other, settings)) {
        assertRefused(second, "Another Marque already runs", folder.resolve("data").toString());
      }
    }
  }

  @Test
  void a_port_that_is_taken_is_named_with_its_setting() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      settings.put("marque.http.port", Integer.toString(taken.getLocalPort()));
      try (MarqueProcess process = serve()) {
        assertRefused(process, "port " + taken.getLocalPort(), "marque.http.port");
      }
    }
  }

  @Test
  void a_management_port_that_is_taken_is_named_with_its_setting() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      settings.put("marque.management.port", Integer.toString(taken.getLocalPort()));
      try (MarqueProcess process = serve()) {
        assertRefused(process, "port " + taken.getLocalPort(), "marque.management.port");
      }
    }
  }

  @Test
  void a_database_that_cannot_be_reached_is_named_without_its_password() throws IOException {
    int nobody;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = socket.getLocalPort();
    }
    settings.put("marque.database.url", "postgresql://u:secret@127.0.0.1:" + nobody + "/cars");
    try (MarqueProcess process = serve()) {
      assertRefused(process, "postgresql://127.0.0.1:" + nobody + "/cars", "cannot be reached");
      assertFalse((process.err() + process.out()).contains("secret"));
    }
  }

  @Test
  void a_misspelt_setting_stops_the_start() {
    settings.put("marque.htpp.port", "1");
    try (MarqueProcess process = serve()) {
      assertRefused(process, "MARQUE_HTPP_PORT", "did you mean MARQUE_HTTP_PORT?");
    }
  }

  @Test
  void a_model_folder_without_a_model_is_named() {
    settings.put("marque.model-dir", folder.resolve("nothing").toString());
    try (MarqueProcess process = serve()) {
      assertRefused(process, folder.resolve("nothing").toString());
    }
  }

  @Test
  void wrong_usage_ends_with_2_and_the_right_word() {
    try (MarqueProcess process = MarqueProcess.start(folder, settings, "serv")) {
      assertEquals(2, process.awaitEnd());
      assertEquals(1, process.err().lines().count(), process.err());
      assertTrue(process.err().contains("did you mean serve?"), process.err());
    }
  }
}
