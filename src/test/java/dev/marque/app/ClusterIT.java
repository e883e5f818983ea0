package dev.marque.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.marque.Eventually;
import dev.marque.RunsConcurrently;
import dev.marque.contract.ApiClient;
import dev.marque.platform.SettingsFile;
import dev.marque.platform.StoppableDatabase;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgConnectOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Tests web and inference nodes in separate processes, as on several machines. */
@RunsConcurrently
class ClusterIT {

  private static final String PATH = "/api/v1/predictions";
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  /** Each round has four photos: a few seconds in all on a fast machine. */
  private static final int MAX_ROUNDS = 50;

  @TempDir private static Path folder;

  private static StoppableDatabase database;
  private static final Map<String, String> shared = new HashMap<>();
  private static final List<MarqueProcess> processes = new ArrayList<>();
  private static byte[] photo;
  private static MarqueProcess inference;
  private static String inferenceAddress;
  private static MarqueProcess web;
  private static String webAddress;
  private static RunningServer otherWeb;
  private static String token;

  @BeforeAll
  static void start() throws IOException {
    photo = Files.readAllBytes(Path.of("src/test/resources/photos/audi.jpg"));
    database = new StoppableDatabase();
    int seed = freePort();
    shared.putAll(
        Map.of(
            "marque.cluster.members",
            "127.0.0.1:" + seed,
            "marque.cluster.name",
            "test" + seed,
            "marque.database.url",
            database.url(),
            "marque.signing.keys",
            "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA==",
            "marque.limits.predictions-per-minute",
            "10000",
            "marque.http.port",
            "0",
            "marque.management.port",
            "0",
            "marque.model-dir",
            Path.of("model").toAbsolutePath().toString()));
    inference = node("inference", "one", seed);
    inferenceAddress = inference.awaitReady();
    web = node("web", "web", freePort());
    Map<String, String> settings = new HashMap<>(shared);
    settings.putAll(
        Map.of("marque.role", "web", "marque.cluster.port", Integer.toString(freePort())));
    otherWeb = RunningServer.start(settings);
    webAddress = web.awaitReady();
    token = otherWeb.newUser().token();
  }

  @AfterAll
  static void stop() {
    // Web nodes first: they would wait for missing inference nodes.
    try {
      if (otherWeb != null) {
        otherWeb.close();
      }
      processes.forEach(MarqueProcess::terminate);
      processes.forEach(MarqueProcess::close);
    } finally {
      processes.forEach(MarqueProcess::kill);
      database.close();
    }
  }

  private static MarqueProcess node(String role, String name, int port) throws IOException {
    Map<String, String> settings = new HashMap<>(shared);
    settings.put("marque.role", role);
    settings.put("marque.cluster.port", Integer.toString(port));
    MarqueProcess process =
        MarqueProcess.start(Files.createDirectory(folder.resolve(name)), settings, "serve");
    processes.add(process);
    return process;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static HttpRequest.Builder request(String address) {
    return HttpRequest.newBuilder(URI.create(address)).header("Authorization", "Bearer " + token);
  }

  private static CompletableFuture<HttpResponse<String>> upload(String base, String... headers) {
    HttpRequest.Builder request =
        request(base + PATH)
            .header("Content-Type", "image/jpeg")
            .POST(HttpRequest.BodyPublishers.ofByteArray(photo));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return CLIENT.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static List<CompletableFuture<HttpResponse<String>>> uploads(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> upload(i % 2 == 0 ? webAddress : otherWeb.baseUrl()))
        .toList();
  }

  private static HttpResponse<String> get(String address) throws IOException, InterruptedException {
    return CLIENT.send(request(address).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static double photosClassifiedBy(String node) throws IOException, InterruptedException {
    return get(node + "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("marque_inference_batch_sum"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static Set<String> stored() throws IOException, InterruptedException {
    Set<String> stored = new HashSet<>();
    String next = "";
    while (next != null) {
      JsonObject page = new JsonObject(get(webAddress + PATH + "?limit=100" + next).body());
      page.getJsonArray("items").forEach(item -> stored.add(((JsonObject) item).getString("id")));
      next = page.getString("next") == null ? null : "&after=" + page.getString("next");
    }
    return stored;
  }

  /**
   * Uploads a few photos at a time; a node that has joined announces its capacity four times a
   * second.
   */
  private static void uploadUntilItTakesLoad(String node) throws Exception {
    for (int round = 0; photosClassifiedBy(node) == 0; round++) {
      assertTrue(round < MAX_ROUNDS, "it takes no load");
      uploads(4).forEach(CompletableFuture::join);
    }
  }

  @Test
  @Execution(ExecutionMode.SAME_THREAD)
  void a_web_node_runs_without_the_engine_and_an_inference_node_without_pages() throws Exception {
    assertEquals(404, get(inferenceAddress + "/login").statusCode());
    assertEquals(200, get(inferenceAddress + "/health/ready").statusCode());
    assertEquals(200, get(webAddress + "/api/v1/me").statusCode());
    Path maps = Path.of("/proc/" + web.pid() + "/maps");
    assumeTrue(Files.exists(maps), "only Linux lists what a process has loaded");
    assertFalse(Files.readString(maps).contains("libtorch"));
    Path inferenceMaps = Path.of("/proc/" + inference.pid() + "/maps");
    assertTrue(Files.readString(inferenceMaps).contains("libtorch"));
  }

  @Test
  @Execution(ExecutionMode.SAME_THREAD)
  void a_request_sent_to_two_web_nodes_at_once_is_stored_once() {
    var one = upload(webAddress, "Idempotency-Key", "the-same");
    var other = upload(otherWeb.baseUrl(), "Idempotency-Key", "the-same");
    assertEquals(201, one.join().statusCode(), one.join().body());
    assertEquals(201, other.join().statusCode(), other.join().body());
    assertEquals(
        new JsonObject(one.join().body()).getString("id"),
        new JsonObject(other.join().body()).getString("id"));
  }

  /**
   * Without the announcement, the other node would accept the token for three seconds. Repeats this
   * on a machine so slow that they have passed.
   */
  @Test
  @Execution(ExecutionMode.SAME_THREAD)
  void an_account_deleted_at_one_web_node_is_rejected_by_the_other_at_once() throws Exception {
    RunningServer.Person administrator = otherWeb.administrator();
    JsonObject password = new JsonObject().put("password", administrator.password());
    boolean announced = false;
    for (int round = 0; !announced; round++) {
      assertTrue(round < 5, "the token was valid until its state had expired");
      RunningServer.Person person = otherWeb.newUser();
      ApiClient client = new ApiClient(webAddress, person.token());
      long begin = System.nanoTime();
      assertEquals(200, client.get("/api/v1/model").statusCode());
      otherWeb.client(administrator).json("DELETE", "/api/v1/users/" + person.username(), password);
      Eventually.holds(
          "the token is rejected", () -> client.get("/api/v1/model").statusCode() == 401);
      announced = Duration.ofNanos(System.nanoTime() - begin).toSeconds() < 3;
    }
  }

  @Test
  @Execution(ExecutionMode.SAME_THREAD)
  void a_web_node_stopped_during_its_start_does_not_become_ready() throws Exception {
    Map<String, String> settings = new HashMap<>(shared);
    settings.putAll(
        Map.of("marque.role", "web", "marque.cluster.port", Integer.toString(freePort())));
    Server server = new Server(SettingsFile.load(RunningServer.asVariables(settings), folder));
    Thread stop = new Thread(server::close);
    try (Connection connection = connection();
        Statement other = connection.createStatement()) {
      other.execute("BEGIN; LOCK TABLE flyway_schema_history");
      CompletableFuture<Void> started = CompletableFuture.runAsync(server::start);
      boolean waits = false;
      while (!waits) {
        assertFalse(started.isDone(), "it did not wait for the lock");
        waits = other.executeQuery("SELECT FROM pg_locks WHERE NOT granted").next();
      }
      stop.start();
      Eventually.holds("the stop waits", () -> stop.getState() == Thread.State.BLOCKED);
      other.execute("ROLLBACK");
      Throwable end = assertThrows(CompletionException.class, started::join).getCause();
      assertEquals("Stopped while starting", end.getMessage());
    }
    stop.join();
  }

  private static Connection connection() throws IOException, SQLException {
    PgConnectOptions options = PgConnectOptions.fromUri(database.url());
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + options.getPort() + "/" + options.getDatabase(),
        options.getUser(),
        options.getPassword());
  }

  @Test
  @Execution(ExecutionMode.SAME_THREAD)
  void a_killed_node_loses_no_photo_and_a_new_one_takes_load() throws Exception {
    MarqueProcess killed = node("inference", "killed", freePort());
    String killedAddress = killed.awaitReady();
    Set<String> before = stored();
    uploadUntilItTakesLoad(killedAddress);
    int storedBefore = stored().size() - before.size();
    var inProgress = uploads(24);
    CompletableFuture.anyOf(inProgress.toArray(CompletableFuture[]::new)).join();
    killed.kill();
    for (var answer : inProgress) {
      assertEquals(201, answer.join().statusCode(), answer.join().body());
    }
    assertEquals(before.size() + storedBefore + 24, stored().size());

    uploadUntilItTakesLoad(node("inference", "added", freePort()).awaitReady());
  }
}
