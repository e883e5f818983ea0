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

/** More people who sign up at once than passwords can be hashed. */
class PasswordQueueIT {

  /** The queue takes 32 a core; a request comes in many times as fast as a password is hashed. */
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
  void each_gets_an_account_or_is_told_at_once_when_to_come_back() {
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
    assertEquals(201, signUp(refused.get(0)).join().statusCode(), "nothing was left half done");
  }

  private static void assertBusy(HttpResponse<String> answer) {
    String type = new JsonObject(answer.body()).getString("type");
    assertEquals("https://marque.dev/problems/busy", type);
    assertTrue(answer.headers().firstValueAsLong("Retry-After").orElse(0) >= 1);
  }
}
