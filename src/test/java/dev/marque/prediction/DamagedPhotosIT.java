package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.app.RunningServer;
import dev.marque.vision.photo.DamagedPhotos;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sends damaged photos to a complete server; {@code -Dmarque.mutations} sets their number. */
class DamagedPhotosIT {

  /** A fifth of the number that the test of the reader uses, split over three formats. */
  private static final int COUNT = Integer.getInteger("marque.mutations", 500) / 15 + 1;

  private static final Set<Integer> STATUSES = Set.of(201, 415, 422);

  private final RunningServer server = RunningServer.shared();
  private final HttpClient client = HttpClient.newHttpClient();
  private final String token = server.newUser().token();

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(
        request.header("Authorization", "Bearer " + token).build(), BodyHandlers.ofString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpeg", "png", "webp"})
  void each_photo_is_classified_or_rejected_and_only_classified_ones_are_stored(String format)
      throws IOException, InterruptedException {
    URI address = URI.create(server.baseUrl() + "/api/v1/predictions");
    byte[] whole = DamagedPhotos.intact(format);
    Random random = new Random(7);
    int created = 0;
    for (int i = 0; i < COUNT; i++) {
      HttpResponse<String> answer =
          send(
              HttpRequest.newBuilder(address)
                  .header("Content-Type", "image/" + format)
                  .POST(BodyPublishers.ofByteArray(DamagedPhotos.damaged(whole, random))));
      assertTrue(STATUSES.contains(answer.statusCode()), answer.statusCode() + answer.body());
      created += answer.statusCode() == 201 ? 1 : 0;
    }
    URI list = URI.create(address + "?limit=100");
    JsonObject stored = new JsonObject(send(HttpRequest.newBuilder(list).GET()).body());
    assertEquals(Math.min(100, created), stored.getJsonArray("items").size());
  }
}
