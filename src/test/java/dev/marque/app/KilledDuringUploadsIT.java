package dev.marque.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.RunsConcurrently;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a server that is killed during uploads. */
@RunsConcurrently
class KilledDuringUploadsIT {

  private static final int CLIENTS = 4;
  private static final int ANSWERED_BEFORE_THE_KILL = 80;
  private static final Path BINARIES = Path.of("target", "postgres-binaries").toAbsolutePath();
  private static final Path PHOTO = Path.of("src/test/resources/photos/audi.jpg");
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir private Path folder;

  private final Map<String, String> settings =
      Map.of(
          "marque.http.port", "0",
          "marque.management.port", "0",
          "marque.limits.predictions-per-minute", "10000",
          "marque.model-dir", Path.of("model").toAbsolutePath().toString());

  private static HttpResponse<byte[]> send(
      String method, String address, String type, String token, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address))
            .header("Content-Type", type)
            .method(method, BodyPublishers.ofByteArray(body));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    return CLIENT.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static JsonObject json(HttpResponse<byte[]> answer, int status) {
    String body = new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8);
    assertEquals(status, answer.statusCode(), body);
    return new JsonObject(body);
  }

  /** Uploads until the server is gone. */
  private static void uploadUntilKilled(
      String base,
      String token,
      byte[] photo,
      ConcurrentLinkedQueue<String> answered,
      CountDownLatch enough) {
    try {
      while (true) {
        HttpResponse<byte[]> answer =
            send("POST", base + "/api/v1/predictions", "image/jpeg", token, photo);
        if (answer.statusCode() == 201) {
          answered.add(json(answer, 201).getString("id"));
          enough.countDown();
        }
      }
    } catch (IOException killed) {
      // The response to this upload was lost: its prediction may exist or not.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static List<String> listed(String base, String token)
      throws IOException, InterruptedException {
    List<String> ids = new ArrayList<>();
    String next = "";
    while (next != null) {
      String path = base + "/api/v1/predictions?limit=50" + next;
      JsonObject page = json(send("GET", path, "text/plain", token, new byte[0]), 200);
      JsonArray items = page.getJsonArray("items");
      items.forEach(item -> ids.add(((JsonObject) item).getString("id")));
      next = page.getString("next") == null ? null : "&after=" + page.getString("next");
    }
    return ids;
  }

  @Test
  void after_a_restart_every_confirmed_prediction_exists_once_and_complete() throws Exception {
    Files.createDirectories(BINARIES);
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.createSymbolicLink(data.resolve("postgres-binaries"), BINARIES);
    byte[] photo = Files.readAllBytes(PHOTO);
    ConcurrentLinkedQueue<String> answered = new ConcurrentLinkedQueue<>();
    String token;
    try (MarqueProcess killed = MarqueProcess.start(folder, settings, "serve")) {
      String base = killed.awaitReady();
      token = RunningServer.newUser(base).token();
      CountDownLatch enough = new CountDownLatch(ANSWERED_BEFORE_THE_KILL);
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        Thread client = new Thread(() -> uploadUntilKilled(base, token, photo, answered, enough));
        client.start();
        clients.add(client);
      }
      assertTrue(enough.await(3, TimeUnit.MINUTES), "answered " + answered.size());
      killed.kill();
      for (Thread client : clients) {
        client.join();
      }
    }
    try (MarqueProcess next = MarqueProcess.start(folder, settings, "serve")) {
      String base = next.awaitReady();
      List<String> ids = listed(base, token);
      Set<String> different = new HashSet<>(ids);
      assertEquals(ids.size(), different.size(), "none exists twice");
      assertTrue(different.containsAll(answered), "every confirmed prediction exists");
      assertTrue(ids.size() <= answered.size() + CLIENTS, "nothing exists that was not sent");
      for (String id : ids) {
        String thumbnail = base + "/api/v1/predictions/" + id + "/thumbnail";
        HttpResponse<byte[]> answer = send("GET", thumbnail, "text/plain", token, new byte[0]);
        assertEquals(200, answer.statusCode(), id);
        assertTrue(answer.body().length > 500, "an image");
      }
    }
  }
}
