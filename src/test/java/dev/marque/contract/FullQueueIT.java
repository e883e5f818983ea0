package dev.marque.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.app.RunningServer;
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
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Tests a server that has room for one photo. */
class FullQueueIT {

  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void a_full_server_refuses_uploads_before_it_identifies_their_senders() throws Exception {
    byte[] photo = Files.readAllBytes(Path.of("src/test/resources/photos/audi.jpg"));
    try (RunningServer server =
        RunningServer.start(
            Map.of("marque.limits.queue", "1", "marque.limits.predictions-per-minute", "100000"))) {
      String upload = server.baseUrl() + "/api/v1/predictions";
      String token = server.newUser().token();
      assertEquals(401, send(upload, "expired", photo).statusCode());
      AtomicBoolean enough = new AtomicBoolean();
      CompletableFuture<Void> load =
          CompletableFuture.runAsync(
              () -> {
                while (!enough.get()) {
                  assertTrue(Set.of(201, 503).contains(send(upload, token, photo).statusCode()));
                }
              });
      long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
      HttpResponse<String> answer = send(upload, "expired", photo);
      while (answer.statusCode() == 401 && System.nanoTime() < end) {
        // May repeat a request that was answered before.
        String[] key = {"Idempotency-Key", "first"};
        assertEquals(401, send(upload, "expired", photo, key).statusCode());
        answer = send(upload, "expired", photo);
      }
      enough.set(true);
      load.get(1, TimeUnit.MINUTES);
      Contract.check(answer);
      assertEquals(503, answer.statusCode(), answer.body());
      assertEquals("1", answer.headers().firstValue("Retry-After").orElse(""));
      assertTrue(new JsonObject(answer.body()).getString("type").endsWith("busy"), answer.body());
    }
  }

  private HttpResponse<String> send(String address, String token, byte[] photo, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address))
            .headers("Authorization", "Bearer " + token, "Content-Type", "image/jpeg")
            .POST(BodyPublishers.ofByteArray(photo));
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
