package dev.marque.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.RunsConcurrently;
import dev.marque.vision.photo.BadPhotos;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests concurrent photos of nearly forty megapixels with a heap that one of them could fill. */
@RunsConcurrently
class LargePhotosIT {

  private static final List<String> SMALL_HEAP = List.of("-XX:+UseSerialGC", "-Xmx320m");
  private static final int CONCURRENT = 3;
  private static final Path BINARIES = Path.of("target", "postgres-binaries").toAbsolutePath();
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir private Path folder;

  private static CompletableFuture<HttpResponse<String>> send(
      String address, String type, String token, byte[] body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address))
            .header("Content-Type", type)
            .header("Authorization", "Bearer " + token)
            .POST(BodyPublishers.ofByteArray(body))
            .build();
    return CLIENT.sendAsync(request, BodyHandlers.ofString());
  }

  /** Uploads a photo; retries after the given delay while the server has no capacity. */
  private static CompletableFuture<HttpResponse<String>> predict(
      String base, String token, byte[] photo) {
    return send(base + "/api/v1/predictions", "application/octet-stream", token, photo)
        .thenCompose(
            answer -> {
              if (answer.statusCode() != 503) {
                return CompletableFuture.completedFuture(answer);
              }
              long seconds = answer.headers().firstValueAsLong("Retry-After").orElseThrow();
              Executor later = CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS);
              return CompletableFuture.runAsync(() -> {}, later)
                  .thenCompose(waited -> predict(base, token, photo));
            });
  }

  @Test
  void large_photos_are_classified_or_rejected_for_their_memory_and_do_not_affect_others()
      throws IOException {
    Files.createDirectories(BINARIES);
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.createSymbolicLink(data.resolve("postgres-binaries"), BINARIES);
    Map<String, String> settings =
        Map.of(
            "marque.http.port",
            "0",
            "marque.management.port",
            "0",
            "marque.model-dir",
            Path.of("model").toAbsolutePath().toString());
    try (MarqueProcess server =
        MarqueProcess.start(folder, settings, SMALL_HEAP, List.of("serve"))) {
      String base = server.awaitReady();
      String token = RunningServer.newUser(base).token();
      byte[] png = BadPhotos.pngOf(7680, 5200, BadPhotos.PNG_RGBA);
      byte[] jpeg = BadPhotos.jpegOfManyScans(6300, 0);
      byte[] webp = BadPhotos.webpOfFortyMegapixels();
      byte[] ordinary = Files.readAllBytes(Path.of("src/test/resources/photos/audi.jpg"));
      List<CompletableFuture<HttpResponse<String>>> readable = new ArrayList<>();
      List<CompletableFuture<HttpResponse<String>>> tooLarge = new ArrayList<>();
      for (int i = 0; i < CONCURRENT; i++) {
        readable.add(predict(base, token, png));
        readable.add(predict(base, token, jpeg));
        readable.add(predict(base, token, ordinary));
        tooLarge.add(predict(base, token, webp));
      }
      readable.forEach(each -> assertEquals(201, each.join().statusCode(), each.join().body()));
      for (CompletableFuture<HttpResponse<String>> each : tooLarge) {
        assertEquals(422, each.join().statusCode());
        String type = new JsonObject(each.join().body()).getString("type");
        assertTrue(type.endsWith("/photo-too-much-memory"), type);
      }
      assertFalse(server.err().contains("OutOfMemory"), server.err());
      assertFalse(server.err().contains("no memory"), server.err());
    }
  }
}
