package dev.marque.app;

import dev.marque.contract.ApiClient;
import dev.marque.contract.Contract;
import dev.marque.platform.SettingsFile;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A complete server for tests, in this JVM: real database, real HTTP on a free port, the real
 * model.
 *
 * <p>{@link #shared()} is for tests that do not affect each other: each creates its own users.
 * {@link #start(Map)} is for those that need settings of their own.
 */
public final class RunningServer implements AutoCloseable {

  /** The PostgreSQL binaries, shared by all test servers and unpacked once. */
  private static final Path BINARIES = Path.of("target", "postgres-binaries").toAbsolutePath();

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private static @Nullable RunningServer shared;

  private final Server server;
  private final Path folder;
  private @Nullable Person administrator;

  private RunningServer(Server server, Path folder) {
    this.server = server;
    this.folder = folder;
  }

  /** Returns the server shared by all tests of this JVM; it stops with the JVM. */
  public static synchronized RunningServer shared() {
    if (shared == null) {
      RunningServer started = start(Map.of("marque.limits.predictions-per-minute", "10000"));
      Runtime.getRuntime().addShutdownHook(new Thread(started::close));
      shared = started;
    }
    return shared;
  }

  /**
   * Starts a server on free ports with a data directory of its own.
   *
   * @param settings by name, for example {@code marque.photos.keep}; they override the defaults
   */
  public static RunningServer start(Map<String, String> settings) {
    return start(settings, Clock.systemUTC());
  }

  /**
   * As {@link #start(Map)}, with another clock.
   *
   * @param clock determines when tokens and sessions expire
   */
  public static RunningServer start(Map<String, String> settings, Clock clock) {
    try {
      Path folder = Files.createTempDirectory("marque-test");
      Path data = Files.createDirectory(folder.resolve("data"));
      Files.createDirectories(BINARIES);
      Files.createSymbolicLink(data.resolve("postgres-binaries"), BINARIES);
      Map<String, String> all = new HashMap<>();
      all.put("marque.http.port", "0");
      all.put("marque.management.port", "0");
      all.put("marque.data-dir", data.toString());
      all.put("marque.model-dir", Path.of("model").toAbsolutePath().toString());
      all.putAll(settings);
      Server server = new Server(SettingsFile.load(asVariables(all), folder), clock);
      server.start();
      return new RunningServer(server, folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns settings by the names of their environment variables. */
  static Map<String, String> asVariables(Map<String, String> settings) {
    Map<String, String> variables = new HashMap<>();
    settings.forEach(
        (name, value) ->
            variables.put(name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"), value));
    return variables;
  }

  /** Returns the base URL, for example {@code http://localhost:41234}, without a trailing slash. */
  public String baseUrl() {
    return "http://localhost:" + server.port();
  }

  /** Returns path and query of the link that creates the first administrator. */
  public String setupPath() {
    URI link = server.setupLink().orElseThrow();
    return link.getRawPath() + "?" + link.getRawQuery();
  }

  /** Returns all routes, as mounted on each event loop. */
  public List<Route> routes() {
    Vertx vertx = Vertx.vertx();
    try {
      Router router = Router.router(vertx);
      server.mount(router);
      return router.getRoutes();
    } finally {
      vertx.close().await();
    }
  }

  /** Returns the base URL of health and metrics. */
  public String managementUrl() {
    return "http://localhost:" + server.managementPort();
  }

  /** Returns the data directory. */
  public Path dataFolder() {
    return folder.resolve("data");
  }

  /** Returns the first administrator, created with the setup link on the first call. */
  public synchronized Person administrator() {
    if (administrator == null) {
      String username = "root" + UUID.randomUUID().toString().substring(0, 8);
      String password = "correct horse " + UUID.randomUUID();
      String form =
          "username=%s&password=%s&email=%s&first_name=Root&last_name=Admin&%s"
              .formatted(
                  username,
                  encoded(password),
                  encoded(username + "@example.org"),
                  setupPath().substring(setupPath().indexOf('?') + 1));
      post(baseUrl() + "/setup", "application/x-www-form-urlencoded", form, 303);
      administrator = new Person(username, password, "");
    }
    // Signs in for each caller: an access token expires after ten minutes.
    String token = token(baseUrl(), administrator.username(), administrator.password());
    return new Person(administrator.username(), administrator.password(), token);
  }

  /** Signs a new person up and in, through the API. */
  public Person newUser() {
    return newUser(baseUrl());
  }

  /** Signs a new person up and in at any server. */
  static Person newUser(String baseUrl) {
    String username = "user" + UUID.randomUUID().toString().substring(0, 8);
    String password = "correct horse " + UUID.randomUUID();
    JsonObject account =
        new JsonObject()
            .put("username", username)
            .put("email", username + "@example.org")
            .put("first_name", "Test")
            .put("last_name", "Person")
            .put("password", password);
    post(baseUrl + "/api/v1/users", "application/json", account.encode(), 201);
    return new Person(username, password, token(baseUrl, username, password));
  }

  /** Signs a person in, through the API. */
  Person signedIn(String username, String password) {
    return new Person(username, password, token(baseUrl(), username, password));
  }

  private static String token(String baseUrl, String username, String password) {
    String form = "grant_type=password&username=" + username + "&password=" + encoded(password);
    return post(baseUrl + "/api/v1/token", "application/x-www-form-urlencoded", form, 200)
        .getString("access_token");
  }

  /** Returns an API client with a person's token. */
  public ApiClient client(Person person) {
    return new ApiClient(baseUrl(), person.token());
  }

  private static JsonObject post(String address, String type, String body, int expected) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address))
            .header("Content-Type", type)
            .header("Accept", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> response =
          Contract.check(CLIENT.send(request, HttpResponse.BodyHandlers.ofString()));
      if (response.statusCode() != expected) {
        throw new AssertionError(
            address + " answered " + response.statusCode() + ": " + response.body());
      }
      return response.body().isEmpty() ? new JsonObject() : new JsonObject(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    server.close();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A person with an account.
   *
   * @param token for {@code Authorization: Bearer}
   */
  public record Person(String username, String password, String token) {}
}
