package dev.marque.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.Eventually;
import dev.marque.RunsConcurrently;
import dev.marque.platform.StoppableDatabase;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.SqlConnection;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Tests the loss and return of PostgreSQL while Marque runs. */
@RunsConcurrently
class DatabaseLostIT {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final Path PHOTO = Path.of("src/test/resources/photos/audi.jpg");

  private static HttpResponse<String> get(String address) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address)).header("Accept", "application/json").build();
    return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest signInAt(String base) {
    return HttpRequest.newBuilder(URI.create(base + "/api/v1/token"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(
            HttpRequest.BodyPublishers.ofString(
                "grant_type=password&username=nobody&password=nothing"))
        .build();
  }

  private static HttpResponse<String> signIn(String base) throws IOException, InterruptedException {
    return CLIENT.send(signInAt(base), HttpResponse.BodyHandlers.ofString());
  }

  private static void awaitReadiness(RunningServer server, int status)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + TIMEOUT.toNanos();
    HttpResponse<String> answer = get(server.managementUrl() + "/health/ready");
    while (answer.statusCode() != status && System.nanoTime() < end) {
      answer = get(server.managementUrl() + "/health/ready");
    }
    assertEquals(status, answer.statusCode(), answer.body());
  }

  private static int get(RunningServer server, RunningServer.Person person, String path)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.baseUrl() + path))
            .header("Authorization", "Bearer " + person.token())
            .build();
    return CLIENT.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  /** Uploads photos and lists predictions until stopped; records every status. */
  private static Runnable load(
      RunningServer server, RunningServer.Person person, Set<Integer> seen, AtomicBoolean stopped) {
    return () -> {
      try {
        while (!stopped.get()) {
          HttpRequest upload =
              HttpRequest.newBuilder(URI.create(server.baseUrl() + "/api/v1/predictions"))
                  .header("Authorization", "Bearer " + person.token())
                  .header("Content-Type", "image/jpeg")
                  .POST(HttpRequest.BodyPublishers.ofFile(PHOTO))
                  .build();
          seen.add(CLIENT.send(upload, HttpResponse.BodyHandlers.ofString()).statusCode());
          seen.add(get(server, person, "/api/v1/predictions"));
        }
      } catch (IOException e) {
        seen.add(-1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  @Test
  void under_load_every_request_succeeds_or_gets_503() throws Exception {
    try (StoppableDatabase database = new StoppableDatabase();
        RunningServer server =
            RunningServer.start(
                Map.of(
                    "marque.database.url",
                    database.url(),
                    "marque.limits.predictions-per-minute",
                    "10000"))) {
      Set<Integer> seen = ConcurrentHashMap.newKeySet();
      AtomicBoolean stopped = new AtomicBoolean();
      RunningServer.Person person = server.newUser();
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Thread client = new Thread(load(server, person, seen, stopped));
        client.start();
        clients.add(client);
      }
      database.stop();
      awaitReadiness(server, 503);
      // The outage must not be shorter than one upload: it lasts until a client has seen it.
      long end = System.nanoTime() + TIMEOUT.toNanos();
      while (!seen.contains(503) && System.nanoTime() < end) {
        get(server.managementUrl() + "/health/live");
      }
      database.start();
      awaitReadiness(server, 200);
      stopped.set(true);
      for (Thread client : clients) {
        client.join();
      }
      assertTrue(seen.contains(503) && Set.of(200, 201, 503).containsAll(seen), seen.toString());
      int listed = get(server, person, "/api/v1/predictions");
      assertEquals(200, listed, "without a restart");
    }
  }

  @Test
  void a_statement_that_never_ends_does_not_delay_the_shutdown() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (StoppableDatabase database = new StoppableDatabase()) {
      RunningServer server = RunningServer.start(Map.of("marque.database.url", database.url()));
      SqlConnection other =
          PgConnection.connect(vertx, PgConnectOptions.fromUri(database.url())).await();
      other.query("BEGIN; LOCK TABLE accounts").execute().await();
      CompletableFuture<Integer> signIn =
          CLIENT
              .sendAsync(signInAt(server.baseUrl()), HttpResponse.BodyHandlers.discarding())
              .thenApply(HttpResponse::statusCode)
              .exceptionally(cut -> 0);
      Eventually.holds(
          "the sign-in waits for the table",
          () -> other.query("SELECT FROM pg_locks WHERE NOT granted").execute().await().size() > 0);

      long begin = System.nanoTime();
      server.close();
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      assertTrue(took.toSeconds() < 15, "it took " + took);
      assertEquals(0, signIn.join(), "cut off");
    } finally {
      vertx.close().await();
    }
  }

  @Test
  void requests_get_503_during_the_outage_and_succeed_again_without_a_restart()
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
      RunningServer.Person script = new RunningServer.Person("", "", "marque_token");
      assertEquals(503, get(server, script, "/api/v1/model"));
      assertEquals(200, get(server, script, "/api/v1/openapi.yaml"));

      database.start();
      awaitReadiness(server, 200);
      assertEquals(400, signIn(server.baseUrl()).statusCode());
    }
  }
}
