package dev.marque.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.RunsConcurrently;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a server's complete JSON log, as a log collector reads it. */
@RunsConcurrently
class LogsIT {

  private static final Path BINARIES = Path.of("target", "postgres-binaries").toAbsolutePath();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final String LISTING = "from-the-proxy.listing";
  private static final String SIGNING_IN = "from-the-proxy.sign-in";
  private static final String UPLOADING = "from-the-proxy.upload";
  private static final byte[] CUT_SHORT = {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0, 0};

  @TempDir private Path folder;

  private MarqueProcess serve() throws IOException {
    Files.createDirectories(BINARIES);
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.createSymbolicLink(data.resolve("postgres-binaries"), BINARIES);
    Map<String, String> settings = new HashMap<>();
    settings.put("marque.http.port", "0");
    settings.put("marque.management.port", "0");
    settings.put("marque.model-dir", Path.of("model").toAbsolutePath().toString());
    settings.put("marque.proxy.trusted", "127.0.0.0/8,::1");
    settings.put("marque.logs.format", "json");
    settings.put("marque.logs.requests", "all");
    return MarqueProcess.start(folder, settings, "serve");
  }

  /**
   * Changes a table while the server runs, to cause an internal error, as a failed upgrade might.
   */
  private void alter(String table, String how) throws IOException, SQLException {
    Path data = folder.resolve("data");
    String port = Files.readAllLines(data.resolve("postgres/postmaster.pid")).get(3);
    String password = Files.readString(data.resolve("postgres-password")).strip();
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/marque", "marque", password);
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER TABLE " + table + " " + how);
    }
  }

  private static HttpResponse<String> send(HttpRequest.Builder request, String id)
      throws IOException, InterruptedException {
    HttpResponse<String> answer =
        CLIENT.send(
            request.header("X-Request-Id", id).build(), HttpResponse.BodyHandlers.ofString());
    assertEquals(id, answer.headers().firstValue("X-Request-Id").orElse(""), "returned as sent");
    return answer;
  }

  private static List<JsonObject> of(String request, List<JsonObject> events) {
    return events.stream().filter(each -> request.equals(each.getString("request_id"))).toList();
  }

  private static JsonObject by(String logger, List<JsonObject> events) {
    List<JsonObject> found =
        events.stream().filter(each -> each.getString("logger").endsWith("." + logger)).toList();
    assertEquals(1, found.size(), logger + " among " + events);
    return found.get(0);
  }

  @Test
  void a_failed_request_is_found_by_its_request_id_and_no_secret_is_logged() throws Exception {
    RunningServer.Person person;
    String log;
    try (MarqueProcess process = serve()) {
      String base = process.awaitReady();
      person = RunningServer.newUser(base);
      HttpResponse<String> unreadable =
          send(
              HttpRequest.newBuilder(URI.create(base + "/api/v1/predictions"))
                  .headers("Authorization", "Bearer " + person.token())
                  .header("Content-Type", "image/jpeg")
                  .POST(HttpRequest.BodyPublishers.ofByteArray(CUT_SHORT)),
              UPLOADING);
      assertEquals(422, unreadable.statusCode(), unreadable.body());
      alter("predictions", "RENAME TO lost");
      HttpResponse<String> failed =
          send(
              HttpRequest.newBuilder(URI.create(base + "/api/v1/predictions?limit=7"))
                  .header("Authorization", "Bearer " + person.token()),
              LISTING);
      assertEquals(500, failed.statusCode());
      assertEquals(LISTING, new JsonObject(failed.body()).getString("request_id"));
      alter("accounts", "RENAME password_hash TO lost");
      String form = "grant_type=password&username=ada&password=open+sesame";
      HttpResponse<String> refused =
          send(
              HttpRequest.newBuilder(URI.create(base + "/api/v1/token"))
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .POST(HttpRequest.BodyPublishers.ofString(form)),
              SIGNING_IN);
      assertEquals(503, refused.statusCode());
      process.terminate();
      assertEquals(0, process.awaitEnd(), process.err());
      assertTrue(process.out().contains("/setup?"), "for people, so not in the log");
      log = process.err();
    }
    List<JsonObject> events = log.lines().map(JsonObject::new).toList();
    List<JsonObject> listing = of(LISTING, events);
    JsonObject defect = by("Failures", listing);
    assertEquals("ERROR", defect.getString("level"));
    assertEquals("GET /api/v1/predictions failed", defect.getString("message"));
    assertTrue(defect.getString("exception").contains("\"predictions\""), defect.encode());
    JsonObject answered = by("RequestLog", listing);
    assertEquals(500, answered.getInteger("status"));
    assertEquals("/api/v1/predictions", answered.getString("path"));
    assertTrue(answered.getString("account").length() == 36, answered.encode());

    // Logged by the verticles that classify photos and verify passwords: the id is passed over the
    // event bus.
    assertEquals("unreadable", by("InferenceVerticle", of(UPLOADING, events)).getString("outcome"));
    assertEquals("WARN", by("Credentials", of(SIGNING_IN, events)).getString("level"));

    for (String secret :
        List.of(person.token(), person.password(), "sesame", "limit=7", "setup?")) {
      assertFalse(log.contains(secret), secret);
    }
    assertTrue(events.stream().anyMatch(each -> "Stopped".equals(each.getString("message"))), log);
    assertFalse(events.get(0).containsKey("request_id"), "the start belongs to no request");
  }
}
