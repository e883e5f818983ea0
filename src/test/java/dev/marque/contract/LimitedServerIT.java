package dev.marque.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.app.RunningServer;
import dev.marque.app.RunningServer.Person;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Tests a server with a short queue and a low limit, which also accepts the pages of one other
 * origin.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LimitedServerIT {

  private static final String PORTAL = "https://portal.example";
  private static final String UPLOAD = "/api/v1/predictions";
  private static final int UPLOADS = 200;

  private static final int PER_MINUTE = 190;

  private final HttpClient client = HttpClient.newHttpClient();
  private RunningServer server;
  private byte[] photo;

  @BeforeAll
  void start() throws IOException {
    photo = Files.readAllBytes(Path.of("src/test/resources/photos/audi.jpg"));
    server =
        RunningServer.start(
            Map.of(
                "marque.limits.predictions-per-minute",
                Integer.toString(PER_MINUTE),
                "marque.limits.queue",
                "8",
                "marque.api.origins",
                PORTAL));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void each_of_two_hundred_concurrent_uploads_with_retries_is_stored_once() {
    Person person = server.newUser();
    AtomicInteger busy = new AtomicInteger();
    List<CompletableFuture<String>> uploads = new ArrayList<>();
    for (int i = 0; i < UPLOADS; i++) {
      uploads.add(upload(person, busy));
    }
    Set<String> ids = new HashSet<>();
    uploads.forEach(upload -> ids.add(upload.orTimeout(5, TimeUnit.MINUTES).join()));
    assertEquals(UPLOADS, ids.size());
    assertEquals(ids, stored(server.client(person)));
    assertTrue(busy.get() > 0, "uploads refused by the full queue");
  }

  /** Uploads the photo until it is stored. Completes with the id of the prediction. */
  private CompletableFuture<String> upload(Person person, AtomicInteger busy) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.baseUrl() + UPLOAD))
            .headers("Authorization", "Bearer " + person.token(), "Content-Type", "image/jpeg")
            .POST(BodyPublishers.ofByteArray(photo))
            .build();
    return client
        .sendAsync(request, BodyHandlers.ofString())
        .thenApply(Contract::check)
        .thenCompose(
            answer -> {
              if (answer.statusCode() == 201) {
                return CompletableFuture.completedFuture(
                    new JsonObject(answer.body()).getString("id"));
              }
              if (answer.statusCode() == 503) {
                busy.incrementAndGet();
              } else {
                assertOverLimit(answer);
              }
              long seconds = answer.headers().firstValueAsLong("Retry-After").orElseThrow();
              Executor later = CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS);
              return CompletableFuture.runAsync(() -> {}, later)
                  .thenCompose(waited -> upload(person, busy));
            });
  }

  private static void assertOverLimit(HttpResponse<String> answer) {
    assertEquals(429, answer.statusCode(), answer.body());
    assertTrue(header(answer, "RateLimit").startsWith("\"predictions\";r=0;t="), answer.body());
    String policy = "\"predictions\";q=" + PER_MINUTE + ";w=60";
    assertEquals(policy, header(answer, "RateLimit-Policy"));
    assertTrue(answer.headers().firstValueAsLong("Retry-After").orElse(0) >= 1);
  }

  @Test
  void over_the_limit_a_new_photo_is_429_but_a_repeated_request_is_answered() throws IOException {
    Person person = server.newUser();
    ApiClient client = server.client(person);
    String[] key = {"Idempotency-Key", "before-the-limit"};
    HttpResponse<String> before = client.upload(new MultipartForm().photo(photo), key);
    assertEquals(201, before.statusCode(), before.body());
    MultipartForm sixteen = new MultipartForm();
    for (int i = 0; i < 16; i++) {
      // Counts like a photo, but takes no time.
      sixteen.photo("not a photo".getBytes(StandardCharsets.UTF_8));
    }
    HttpResponse<String> batch = client.upload(sixteen);
    // If the previous request used up the limit exactly, the next one is rejected as a whole.
    while (batch.statusCode() == 429 || !batch.body().contains("\"status\":429")) {
      assertEquals(batch.statusCode() == 429 ? "1" : "", header(batch, "Retry-After"));
      batch = client.upload(sixteen);
    }
    assertEquals(207, batch.statusCode());
    assertEquals("1", header(batch, "Retry-After"));
    String status = "100";
    while (status.equals("100")) {
      // Even at the limit, one more prediction is allowed every third of a second.
      HttpResponse<String> one = client.upload(new MultipartForm().photo(photo));
      while (one.statusCode() == 201) {
        one = client.upload(new MultipartForm().photo(photo));
      }
      assertOverLimit(one);
      status = statusBeforeBody(person);
    }
    assertEquals("429", status);
    HttpResponse<String> again = client.upload(new MultipartForm().photo(photo), key);
    assertEquals(201, again.statusCode(), again.body());
    assertEquals(id(before), id(again));
  }

  private static String id(HttpResponse<String> prediction) {
    return new JsonObject(prediction.body()).getString("id");
  }

  /** Returns the status that a client receives while it waits for {@code 100 Continue}. */
  private String statusBeforeBody(Person person) throws IOException {
    URI address = URI.create(server.baseUrl());
    String head =
        "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n"
            .formatted(UPLOAD, address.getAuthority(), person.token(), photo.length);
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
      String begin = new String(socket.getInputStream().readNBytes(12), StandardCharsets.UTF_8);
      return begin.substring("HTTP/1.1 ".length());
    }
  }

  private static Set<String> stored(ApiClient owner) {
    Set<String> stored = new HashSet<>();
    String next = "";
    while (next != null) {
      JsonObject page = new JsonObject(owner.get(UPLOAD + "?limit=100" + next).body());
      JsonArray items = page.getJsonArray("items");
      items.forEach(item -> assertTrue(stored.add(((JsonObject) item).getString("id"))));
      next = page.getString("next") == null ? null : "&after=" + page.getString("next");
    }
    return stored;
  }

  @Test
  void a_listed_origin_may_call_the_api_without_cookies() {
    HttpResponse<String> preflight = preflight(PORTAL);
    assertEquals(204, preflight.statusCode());
    assertEquals(PORTAL, header(preflight, "Access-Control-Allow-Origin"));
    assertTrue(header(preflight, "Access-Control-Allow-Headers").contains("Authorization"));
    assertEquals("", header(preflight, "Access-Control-Allow-Credentials"));
    HttpResponse<String> answer = signIn(PORTAL, "cross-site");
    assertEquals(400, answer.statusCode(), answer.body());
    assertEquals(PORTAL, header(answer, "Access-Control-Allow-Origin"));
    assertTrue(header(answer, "Access-Control-Expose-Headers").contains("Retry-After"));
  }

  @Test
  void an_unlisted_origin_is_rejected_but_our_own_is_not() {
    String other = "https://evil.example";
    assertEquals("", header(preflight(other), "Access-Control-Allow-Origin"));
    HttpResponse<String> rejected = signIn(other, "cross-site");
    assertEquals(403, rejected.statusCode());
    assertEquals("", header(rejected, "Access-Control-Allow-Origin"));
    assertEquals(400, signIn(server.baseUrl(), "same-origin").statusCode());
  }

  @Test
  void a_listed_origin_is_rejected_with_cookies_and_on_pages() {
    assertEquals(403, signIn(PORTAL, "cross-site", "Cookie", "a=b").statusCode());
    HttpRequest page =
        HttpRequest.newBuilder(URI.create(server.baseUrl() + "/login"))
            .headers("Origin", PORTAL, "Sec-Fetch-Site", "cross-site")
            .POST(BodyPublishers.noBody())
            .build();
    HttpResponse<String> rejected = send(page);
    assertEquals(403, rejected.statusCode());
    assertEquals("", header(rejected, "Access-Control-Allow-Origin"));
  }

  private HttpResponse<String> preflight(String origin) {
    return send(
        HttpRequest.newBuilder(URI.create(server.baseUrl() + UPLOAD))
            .headers("Origin", origin, "Access-Control-Request-Method", "POST")
            .method("OPTIONS", BodyPublishers.noBody())
            .build());
  }

  private HttpResponse<String> signIn(String origin, String site, String... more) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.baseUrl() + "/api/v1/token"))
            .headers("Origin", origin, "Sec-Fetch-Site", site)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString("grant_type=password&username=x&password=y"));
    if (more.length > 0) {
      request.headers(more);
    }
    return send(request.build());
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }
}
