package dev.marque.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.RunsConcurrently;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests starting, stopping and killing a server, observed from outside the process. */
@RunsConcurrently
class ServerLifecycleIT {

  private static final Path BINARIES = Path.of("target", "postgres-binaries").toAbsolutePath();
  private static final Path PHOTO = Path.of("src/test/resources/photos/audi.jpg");

  /** Fewer than the queue's capacity. */
  private static final int PHOTOS = 40;

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir private Path folder;

  private final Map<String, String> settings = new HashMap<>();

  @BeforeEach
  void settings() throws IOException {
    Files.createDirectories(BINARIES);
    Path data = Files.createDirectory(folder.resolve("data"));
    Files.createSymbolicLink(data.resolve("postgres-binaries"), BINARIES);
    settings.put("marque.http.port", "0");
    settings.put("marque.management.port", "0");
    settings.put("marque.model-dir", Path.of("model").toAbsolutePath().toString());
  }

  private MarqueProcess serve() {
    return MarqueProcess.start(folder, settings, "serve");
  }

  private static int status(String address) throws IOException, InterruptedException {
    return CLIENT
        .send(
            HttpRequest.newBuilder(URI.create(address)).build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private static HttpResponse<Void> head(String address) throws IOException, InterruptedException {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create(address))
            .method("HEAD", HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.discarding());
  }

  private void assertRefused(MarqueProcess process, String... words) {
    assertEquals(1, process.awaitEnd(), process.err());
    assertEquals(1, process.errorLines().size(), process.err());
    for (String word : words) {
      assertTrue(process.errorLines().get(0).contains(word), process.err());
    }
    assertFalse(process.out().contains("ready"), process.out());
    assertFalse(process.err().contains("\tat "), process.err());
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private String managementUrl() throws IOException {
    int port = freePort();
    settings.put("marque.management.port", Integer.toString(port));
    return "http://localhost:" + port;
  }

  private static HttpResponse<String> get(String address) throws IOException, InterruptedException {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Returns the readiness response, as soon as there is one. */
  private static HttpResponse<String> readiness(MarqueProcess process, String management)
      throws IOException, InterruptedException {
    while (process.isAlive()) {
      try {
        return get(management + "/health/ready");
      } catch (IOException e) {
        // It does not listen or respond yet.
      }
    }
    throw new AssertionError("The process exited: " + process.err());
  }

  @Test
  void it_is_ready_once_the_model_answers_and_exits_with_0_when_stopped()
      throws IOException, InterruptedException {
    String management = managementUrl();
    try (MarqueProcess process = serve()) {
      HttpResponse<String> readiness = readiness(process, management);
      assertEquals(503, readiness.statusCode(), "loading the model takes longer");
      assertTrue(readiness.body().contains("\"reason\":\"starting\""), readiness.body());
      assertEquals(200, status(management + "/health/live"), "it is alive");
      while (readiness.statusCode() == 503) {
        readiness = readiness(process, management);
      }
      assertEquals(200, readiness.statusCode(), readiness.body());
      assertTrue(process.err().contains(" ready after "), "the model answered: " + process.err());

      String address = process.awaitReady();
      assertTrue(address.startsWith("http://localhost:"), address);
      assertEquals(200, status(address + "/login"));
      HttpResponse<Void> head = head(management + "/health/ready");
      assertEquals(200, head.statusCode());
      assertEquals(HttpClient.Version.HTTP_1_1, head.version(), "the client offers HTTP/2");
      assertEquals("nosniff", head.headers().firstValue("X-Content-Type-Options").orElse(""));
      process.terminate();
      assertEquals(0, process.awaitEnd(), process.err());
    }
    assertFalse(Files.exists(folder.resolve("data/postgres/postmaster.pid")));
  }

  /** Sends the head of an upload and only part of its photo. */
  private static Socket incompleteUpload(String address, RunningServer.Person person)
      throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), URI.create(address).getPort());
    String head =
        String.join(
            "\r\n",
            "POST /api/v1/predictions HTTP/1.1",
            "Host: localhost",
            "Content-Type: image/jpeg",
            "Authorization: Bearer " + person.token(),
            "Content-Length: 50000",
            "",
            "");
    byte[] photo = Arrays.copyOf(Files.readAllBytes(PHOTO), 1000);
    socket.getOutputStream().write(head.getBytes(US_ASCII));
    socket.getOutputStream().write(photo);
    return socket;
  }

  private static CompletableFuture<Integer> upload(String address, RunningServer.Person person)
      throws IOException {
    HttpRequest upload =
        HttpRequest.newBuilder(URI.create(address + "/api/v1/predictions"))
            .version(HttpClient.Version.HTTP_1_1)
            .header("Authorization", "Bearer " + person.token())
            .header("Content-Type", "image/jpeg")
            .POST(HttpRequest.BodyPublishers.ofFile(PHOTO))
            .build();
    return CLIENT
        .sendAsync(upload, HttpResponse.BodyHandlers.discarding())
        .thenApply(HttpResponse::statusCode)
        .exceptionally(connectionClosed -> 0);
  }

  private static int sum(String metrics, String sample) {
    return metrics
        .lines()
        .filter(line -> line.matches(sample + " .*"))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  /**
   * Waits until many photos are in progress, and returns a lower bound of those that have arrived.
   */
  private static int awaitPhotosInProgress(String management)
      throws IOException, InterruptedException {
    int inProgress = 0;
    int answered = 0;
    while (inProgress < PHOTOS / 4) {
      String metrics = get(management + "/metrics").body();
      inProgress = sum(metrics, "marque_inference_queue");
      answered = sum(metrics, "vertx_http_server_requests_total\\{code=\"201\".*predictions.*");
      assertTrue(answered < PHOTOS, "all were answered before they were seen in progress");
    }
    return inProgress + answered;
  }

  @Test
  void a_stop_completes_running_requests_accepts_no_new_ones_and_takes_less_than_ten_seconds()
      throws Exception {
    String management = managementUrl();
    settings.put("marque.limits.predictions-per-minute", "10000");
    try (MarqueProcess process = serve()) {
      String address = process.awaitReady();
      RunningServer.Person person = RunningServer.newUser(address);
      try (Socket endless = incompleteUpload(address, person)) {
        List<CompletableFuture<Integer>> sent = new ArrayList<>();
        for (int i = 0; i < PHOTOS; i++) {
          sent.add(upload(address, person));
        }
        int arrived = awaitPhotosInProgress(management);
        long begin = System.nanoTime();
        process.terminate();

        List<Integer> answers = sent.stream().map(CompletableFuture::join).toList();
        long completed = answers.stream().filter(status -> status == 201).count();
        assertTrue(completed >= arrived, completed + " of " + arrived + " arrived: " + answers);
        assertTrue(Set.of(201, 503, 0).containsAll(answers), answers.toString());

        // The incomplete upload still delays the shutdown.
        HttpResponse<String> readiness = get(management + "/health/ready");
        assertEquals(503, readiness.statusCode());
        assertTrue(readiness.body().contains("\"reason\":\"stopping\""), readiness.body());
        assertThrows(ConnectException.class, () -> status(address + "/login"));

        assertEquals(0, process.awaitEnd(), process.err());
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        assertTrue(took.toSeconds() < 10, took.toString());
        assertEquals(-1, endless.getInputStream().read(), "closed without a response");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"all", "inference"})
  void a_stop_during_the_start_exits_with_0_and_no_error(String role)
      throws IOException, InterruptedException {
    String management = managementUrl();
    settings.put("marque.role", role);
    settings.put("marque.cluster.port", Integer.toString(freePort()));
    try (MarqueProcess process = serve()) {
      assertEquals(503, readiness(process, management).statusCode());
      process.terminate();
      assertEquals(0, process.awaitEnd(), process.err());
      assertEquals("", process.out());
      assertFalse(process.err().contains("\tat "), process.err());
      assertEquals(List.of(), process.errorLines());
    }
    assertFalse(Files.exists(folder.resolve("data/postgres/postmaster.pid")));
    try (Stream<Path> left = Files.list(folder)) {
      assertTrue(left.noneMatch(file -> file.toString().contains("hs_err")), "a crash of the JVM");
    }
  }

  @Test
  void after_a_kill_the_next_start_succeeds() throws IOException, InterruptedException {
    try (MarqueProcess killed = serve()) {
      killed.awaitReady();
      killed.kill();
    }
    assertTrue(Files.exists(folder.resolve("data/postgres/postmaster.pid")));
    try (MarqueProcess next = serve()) {
      assertEquals(200, status(next.awaitReady() + "/login"));
    }
  }

  @Test
  void if_its_database_ends_it_exits_with_1_and_the_next_start_succeeds() throws Exception {
    try (MarqueProcess process = serve()) {
      process.awaitReady();
      String pid = Files.readAllLines(folder.resolve("data/postgres/postmaster.pid")).get(0);
      assertTrue(ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly());
      assertEquals(1, process.awaitEnd(), process.err());
      assertTrue(process.err().contains("database has ended unexpectedly"), process.err());
    }
    try (MarqueProcess next = serve()) {
      assertEquals(200, status(next.awaitReady() + "/login"));
    }
  }

  @Test
  void a_second_server_on_the_same_data_folder_exits_with_the_reason() {
    try (MarqueProcess first = serve()) {
      first.awaitReady();
      Path other = folder.resolve("other");
      assertTrue(other.toFile().mkdir());
      settings.put("marque.data-dir", folder.resolve("data").toString());
      try (MarqueProcess second = MarqueProcess.start(other, settings)) {
        assertRefused(second, "Another Marque already runs", folder.resolve("data").toString());
      }
    }
  }

  @Test
  void a_port_in_use_is_reported_with_its_setting() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      settings.put("marque.http.port", Integer.toString(taken.getLocalPort()));
      try (MarqueProcess process = serve()) {
        assertRefused(process, "port " + taken.getLocalPort(), "marque.http.port");
      }
    }
  }

  @Test
  void a_management_port_in_use_is_reported_with_its_setting() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      settings.put("marque.management.port", Integer.toString(taken.getLocalPort()));
      try (MarqueProcess process = serve()) {
        assertRefused(process, "port " + taken.getLocalPort(), "marque.management.port");
      }
    }
  }

  @Test
  void the_same_port_for_pages_and_management_is_rejected_with_both_settings() throws IOException {
    String port = Integer.toString(freePort());
    settings.put("marque.http.port", port);
    settings.put("marque.management.port", port);
    try (MarqueProcess process = serve()) {
      assertRefused(process, "marque.http.port and marque.management.port are both " + port);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"marque.cluster.port", "marque.cluster.event-bus-port"})
  void a_cluster_port_in_use_is_reported_with_its_setting(String setting) throws IOException {
    settings.put("marque.role", "inference");
    settings.put("marque.cluster.port", Integer.toString(freePort()));
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      settings.put(setting, Integer.toString(taken.getLocalPort()));
      try (MarqueProcess process = serve()) {
        assertRefused(process, "port " + taken.getLocalPort(), setting, "marque.cluster.host");
      }
    }
  }

  @Test
  void a_cluster_address_of_another_machine_is_reported_with_its_setting() {
    settings.put("marque.role", "inference");
    // A documentation address, which no machine has (RFC 5737).
    settings.put("marque.cluster.host", "192.0.2.1");
    try (MarqueProcess process = serve()) {
      assertRefused(process, "192.0.2.1", "marque.cluster.host");
    }
  }

  @Test
  void an_unreachable_database_is_reported_without_its_password() throws IOException {
    int unusedPort = freePort();
    settings.put("marque.database.url", "postgresql://u:secret@127.0.0.1:" + unusedPort + "/cars");
    try (MarqueProcess process = serve()) {
      assertRefused(process, "postgresql://127.0.0.1:" + unusedPort + "/cars", "cannot be reached");
      assertFalse((process.err() + process.out()).contains("secret"));
    }
  }

  @Test
  void a_misspelt_setting_prevents_the_start() {
    settings.put("marque.htpp.port", "1");
    try (MarqueProcess process = serve()) {
      assertRefused(process, "MARQUE_HTPP_PORT", "did you mean MARQUE_HTTP_PORT?");
    }
  }

  @Test
  void a_model_folder_without_a_model_is_reported() {
    settings.put("marque.model-dir", folder.resolve("nothing").toString());
    try (MarqueProcess process = serve()) {
      assertRefused(process, folder.resolve("nothing").toString());
    }
  }

  @Test
  void wrong_usage_exits_with_2_and_a_suggestion() {
    try (MarqueProcess process = MarqueProcess.start(folder, settings, "serv")) {
      assertEquals(2, process.awaitEnd());
      assertEquals(1, process.err().lines().count(), process.err());
      assertTrue(process.err().contains("did you mean serve?"), process.err());
    }
  }
}
