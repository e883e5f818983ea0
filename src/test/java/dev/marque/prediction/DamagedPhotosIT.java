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

/** Damaged photos on the way through the whole server; {@code -Dmarque.mutations} for more. */
class DamagedPhotosIT {

  /** A fifth of those that the reader alone is tried with, over three kinds of file. */
  private static final int COUNT = Integer.getInteger("marque.mutations", 500) / 15 + 1;

  private static final Set<Integer> ANSWERS = Set.of(201, 415, 422);

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
  void each_is_predicted_or_refused_and_only_the_predicted_are_kept(String format)
      throws IOException, InterruptedException {
    URI address = URI.create(server.baseUrl() + "/api/v1/predictions");
    byte[] whole = DamagedPhotos.intact(format);
    Random random = new Random(7);
    int made = 0;
    for (int i = 0; i < COUNT; i++) {
      HttpResponse<String> answer =
          send(
              HttpRequest.newBuilder(address)
                  .header("Content-Type", "image/" + format)
                  .POST(BodyPublishers.ofByteArray(DamagedPhotos.damaged(whole, random))));
      assertTrue(ANSWERS.contains(answer.statusCode()), answer.statusCode() + answer.body());
      made += answer.statusCode() == 201 ? 1 : 0;
    }
    URI list = URI.create(address + "?limit=100");
    JsonObject kept = new JsonObject(send(HttpRequest.newBuilder(list).GET()).body());
    assertEquals(Math.min(100, made), kept.getJsonArray("items").size());
  }
}
