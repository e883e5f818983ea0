package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.marque.app.RunningServer;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One server for all tests of accounts, whose clock they move; with an administrator. */
final class ClockedServer {

  static final String PASSWORD = "correct horse battery";
  static final String ADMINISTRATOR = "root-of-all";

  private static @Nullable ClockedServer shared;

  final MovableClock clock = new MovableClock();
  final RunningServer server = RunningServer.start(Map.of(), clock);
  final String usedSetupPath = server.setupPath();

  private ClockedServer() {
    String token = usedSetupPath.substring(usedSetupPath.indexOf('=') + 1);
    HttpResponse<String> made =
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
    assertEquals(303, made.statusCode(), made.body());
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

  /** Makes an account; answers its name. */
  String newAccount() {
    String username = newName();
    HttpResponse<String> made = visitor().json("POST", "/api/v1/users", account(username));
    assertEquals(201, made.statusCode(), made.body());
    return username;
  }

  /** A browser signed in. */
  Visitor signedIn(String username, String... more) {
    Visitor visitor = visitor();
    HttpResponse<String> answer = signIn(visitor, username, PASSWORD, more);
    assertEquals(303, answer.statusCode(), answer.body());
    return visitor;
  }

  static HttpResponse<String> signIn(
      Visitor visitor, String username, String password, String... more) {
    String[] fields = new String[4 + more.length];
    fields[0] = "username";
    fields[1] = username;
    fields[2] = "password";
    fields[3] = password;
    System.arraycopy(more, 0, fields, 4, more.length);
    return visitor.post("/login", fields);
  }

  /** The answer of the token endpoint. */
  HttpResponse<String> token(String username, String password) {
    return visitor()
        .post(
            "/api/v1/token", "grant_type", "password", "username", username, "password", password);
  }

  HttpResponse<String> renew(String refreshToken) {
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
}
