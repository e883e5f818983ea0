package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.marque.app.RunningServer;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A server with an administrator and a clock that the tests control, shared by all account tests.
 */
final class ClockedServer {

  static final String PASSWORD = "correct horse battery";
  static final String ADMINISTRATOR = "root-of-all";

  private static @Nullable ClockedServer shared;

  final MovableClock clock = new MovableClock();
  final RunningServer server = RunningServer.start(Map.of(), clock);
  final String usedSetupPath = server.setupPath();

  private ClockedServer() {
    String token = usedSetupPath.substring(usedSetupPath.indexOf('=') + 1);
    HttpResponse<String> created =
        visitor()
            .post(
                "/setup",
                "token",
                token,
                "username",
                ADMINISTRATOR,
                "email",
                "root@example.org",
                "first_name",
                "Root",
                "last_name",
                "Admin",
                "password",
                PASSWORD);
    assertEquals(303, created.statusCode(), created.body());
  }

  static synchronized ClockedServer shared() {
    if (shared == null) {
      ClockedServer started = new ClockedServer();
      Runtime.getRuntime().addShutdownHook(new Thread(started.server::close));
      shared = started;
    }
    return shared;
  }

  Visitor visitor() {
    return new Visitor(server.baseUrl());
  }

  static JsonObject account(String username) {
    return new JsonObject()
        .put("username", username)
        .put("email", username + "@example.org")
        .put("first_name", "Ada")
        .put("last_name", "Lovelace")
        .put("password", PASSWORD);
  }

  static String newName() {
    return "ada" + UUID.randomUUID().toString().substring(0, 8);
  }

  /** Creates an account and returns its user name. */
  String newAccount() {
    String username = newName();
    HttpResponse<String> created = visitor().json("POST", "/api/v1/users", account(username));
    assertEquals(201, created.statusCode(), created.body());
    return username;
  }

  /** Returns a signed-in browser. */
  Visitor signedIn(String username, String... more) {
    Visitor visitor = visitor();
    HttpResponse<String> answer = signIn(visitor, username, PASSWORD, more);
    assertEquals(303, answer.statusCode(), answer.body());
    return visitor;
  }

  static HttpResponse<String> signIn(
      Visitor visitor, String username, String password, String... more) {
    return visitor.post("/login", with(more, "username", username, "password", password));
  }

  /** Sends the form of the sign-up page. */
  static HttpResponse<String> signUp(Visitor visitor, String username, String... more) {
    JsonObject account = account(username);
    return visitor.post(
        "/signup",
        with(
            more,
            account.stream()
                .flatMap(field -> Stream.of(field.getKey(), (String) field.getValue()))
                .toArray(String[]::new)));
  }

  private static String[] with(String[] more, String... fields) {
    return Stream.of(fields, more).flatMap(Stream::of).toArray(String[]::new);
  }

  /** Returns the response of the token endpoint. */
  HttpResponse<String> token(String username, String password) {
    return visitor()
        .post(
            "/api/v1/token", "grant_type", "password", "username", username, "password", password);
  }

  HttpResponse<String> refresh(String refreshToken) {
    return visitor()
        .post("/api/v1/token", "grant_type", "refresh_token", "refresh_token", refreshToken);
  }

  JsonObject tokens(String username) {
    HttpResponse<String> answer = token(username, PASSWORD);
    assertEquals(200, answer.statusCode(), answer.body());
    return new JsonObject(answer.body());
  }

  int me(String accessToken) {
    return visitor().withToken(accessToken).get("/api/v1/me").statusCode();
  }

  /** Changes the password of who is signed in there, and returns the response. */
  static HttpResponse<String> changePassword(Visitor browser) {
    HttpResponse<String> changed =
        browser.post(
            "/account/password", "current_password", PASSWORD, "password", "another horse battery");
    assertEquals(303, changed.statusCode(), changed.body());
    return changed;
  }
}
