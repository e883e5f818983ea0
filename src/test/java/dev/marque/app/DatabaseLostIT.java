package dev.marque.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.platform.StoppableDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A PostgreSQL that goes away while Marque runs, and comes back. */
class DatabaseLostIT {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static HttpResponse<String> get(String address) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address)).header("Accept", "application/json").build();
    return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> signIn(String base) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + "/api/v1/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "grant_type=password&username=nobody&password=nothing"))
            .build();
    return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static void awaitReadiness(RunningServer server, int status)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    HttpResponse<String> answer = get(server.managementUrl() + "/health/ready");
    while (answer.statusCode() != status && System.nanoTime() < end) {
      answer = get(server.managementUrl() + "/health/ready");
    }
    assertEquals(status, answer.statusCode(), answer.body());
  }

  @Test
  void requests_get_503_while_it_is_gone_and_succeed_again_without_a_restart()
      throws IOException, InterruptedException {
    try (StoppableDatabase database = new StoppableDatabase();
        RunningServer server = RunningServer.start(Map.of("marque.database.url", database.url()))) {
      assertEquals(400, signIn(server.baseUrl()).statusCode());

      database.stop();
      awaitReadiness(server, 503);
      assertTrue(get(server.managementUrl() + "/health/ready").body().contains("\"database\""));
      HttpResponse<String> gone = signIn(server.baseUrl());
      assertEquals(503, gone.statusCode(), gone.body());
      assertTrue(gone.headers().firstValue("Retry-After").isPresent());
      assertEquals(200, get(server.managementUrl() + "/health/live").statusCode());

      database.start();
      awaitReadiness(server, 200);
      assertEquals(400, signIn(server.baseUrl()).statusCode());
    }
  }
}
