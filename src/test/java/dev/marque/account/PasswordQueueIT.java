package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.app.RunningServer;
import dev.marque.contract.Contract;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests more concurrent sign-ups than the queue for hashing passwords takes. */
class PasswordQueueIT {

  /** Requests arrive much faster than passwords are hashed, and the queue takes 32 per core. */
  private static final int SIGN_UPS = 128 * Runtime.getRuntime().availableProcessors();

  private final RunningServer server = RunningServer.shared();
  private final HttpClient client = HttpClient.newHttpClient();

  private CompletableFuture<HttpResponse<String>> signUp(String username) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.baseUrl() + "/api/v1/users"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(ClockedServer.account(username).encode()))
            .build();
    return client.sendAsync(request, BodyHandlers.ofString()).thenApply(Contract::check);
  }

  @Test
  void each_sign_up_succeeds_or_is_rejected_with_a_retry_time() {
    List<String> refused = new ArrayList<>();
    Map<String, CompletableFuture<HttpResponse<String>>> answers =
        Stream.generate(ClockedServer::newName)
            .limit(SIGN_UPS)
            .collect(Collectors.toMap(name -> name, this::signUp));
    answers.forEach(
        (name, answer) -> {
          if (answer.join().statusCode() == 503) {
            assertBusy(answer.join());
            refused.add(name);
          } else {
            assertEquals(201, answer.join().statusCode(), answer.join().body());
          }
        });
    assertTrue(!refused.isEmpty() && refused.size() < SIGN_UPS, refused.size() + " refused");
    assertEquals(201, signUp(refused.get(0)).join().statusCode(), "nothing was left behind");
  }

  private static void assertBusy(HttpResponse<String> answer) {
    String type = new JsonObject(answer.body()).getString("type");
    assertEquals("https://marque.dev/problems/busy", type);
    assertTrue(answer.headers().firstValueAsLong("Retry-After").orElse(0) >= 1);
  }
}
