package dev.marque.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.app.RunningServer;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests the rules that all operations of the contract share. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpRulesIT {

  private static final Contract CONTRACT = Contract.ofMarque();
  private static final Map<String, String> OPERATIONS = CONTRACT.operations();

  private ApiClient anonymous;
  private ApiClient administrator;

  @BeforeAll
  void open() {
    RunningServer server = RunningServer.shared();
    anonymous = new ApiClient(server.baseUrl(), null);
    administrator = server.client(server.administrator());
  }

  static Stream<String> operations() {
    return OPERATIONS.keySet().stream();
  }

  static Stream<String> protectedOperations() {
    return operations().filter(operation -> !CONTRACT.isPublic(operation));
  }

  static Stream<String> negotiating() {
    return operations().filter(operation -> CONTRACT.definesResponse(operation, 406));
  }

  static Stream<String> bodyReaders() {
    return operations().filter(operation -> CONTRACT.definesResponse(operation, 415));
  }

  static Stream<String> jsonReaders() {
    return operations().filter(CONTRACT::acceptsJson);
  }

  static Stream<String> gets() {
    return operations().filter(operation -> OPERATIONS.get(operation).startsWith("GET "));
  }

  static Stream<String> paths() {
    return OPERATIONS.values().stream().map(HttpRulesIT::path).distinct();
  }

  @ParameterizedTest
  @MethodSource("protectedOperations")
  void an_unauthenticated_request_gets_a_bearer_challenge(String operation) {
    HttpResponse<String> rejected = call(anonymous, operation, "", BodyPublishers.noBody());
    assertEquals(401, rejected.statusCode());
    String how = rejected.headers().firstValue("WWW-Authenticate").orElse("");
    assertTrue(how.startsWith("Bearer "), how);
  }

  @ParameterizedTest
  @MethodSource("operations")
  void an_unknown_query_parameter_is_rejected(String operation) {
    HttpResponse<String> rejected =
        call(administrator, operation, "?bogus=1", BodyPublishers.ofString("{}"), JSON);
    assertProblem(400, "query-parameter-unknown", rejected);
  }

  @ParameterizedTest
  @MethodSource("negotiating")
  void a_request_that_accepts_no_available_type_is_406(String operation) {
    HttpResponse<String> rejected = callAccepting("application/x-nothing", operation);
    assertProblem(406, "not-acceptable", rejected);
  }

  /** Generated clients ask only for the JSON types of an operation, also for a picture or CSV. */
  @ParameterizedTest
  @MethodSource("negotiating")
  void a_request_that_accepts_only_problems_is_not_406(String operation) {
    assertNotEquals(406, callAccepting("application/problem+json", operation).statusCode());
  }

  private HttpResponse<String> callAccepting(String type, String operation) {
    BodyPublisher body = BodyPublishers.ofString("{}");
    return call(
        administrator, operation, "", body, "Content-Type", "application/json", "Accept", type);
  }

  @ParameterizedTest
  @MethodSource("bodyReaders")
  void an_unsupported_content_type_is_415(String operation) {
    HttpResponse<String> rejected =
        call(
            administrator,
            operation,
            "",
            BodyPublishers.ofString("hello"),
            "Content-Type",
            "text/plain");
    assertProblem(415, "content-type", rejected);
  }

  @ParameterizedTest
  @MethodSource("jsonReaders")
  void an_unknown_field_is_rejected_by_name(String operation) {
    HttpResponse<String> rejected =
        call(administrator, operation, "", BodyPublishers.ofString("{\"bogus\":1}"), JSON);
    assertProblem(422, "fields", rejected);
    assertTrue(rejected.body().contains("\"bogus\""), rejected.body());
  }

  @ParameterizedTest
  @MethodSource("gets")
  void head_is_get_without_a_body(String operation) {
    String path = path(OPERATIONS.get(operation));
    int get = administrator.get(path).statusCode();
    HttpResponse<String> head = administrator.send("HEAD", path, BodyPublishers.noBody());
    assertEquals(get, head.statusCode());
    assertEquals("", head.body());
  }

  /** The client compares {@code Allow} with the contract. */
  @ParameterizedTest
  @MethodSource("paths")
  void options_lists_the_methods_and_every_other_is_405(String path) {
    assertEquals(204, anonymous.send("OPTIONS", path, BodyPublishers.noBody()).statusCode(), path);
    for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND")) {
      if (CONTRACT.operationOf(method, path).isEmpty()) {
        int status = administrator.send(method, path, BodyPublishers.noBody()).statusCode();
        assertEquals(405, status, method + " " + path);
      }
    }
    assertFalse(path.contains("{"));
  }

  /** The body is checked last, because a corrected body would not help. */
  @ParameterizedTest
  @MethodSource("bodies")
  void a_wrong_method_or_path_is_reported_before_a_wrong_body(String type, String body) {
    for (String path : List.of("/token", "/me", "/predictions/export", "/model/")) {
      for (String method : List.of("TRACE", "PATCH")) {
        HttpResponse<String> rejected =
            administrator.send(
                method, Contract.ROOT + path, BodyPublishers.ofString(body), "Content-Type", type);
        assertProblem(405, "method-not-allowed", rejected);
      }
    }
    HttpResponse<String> unknown =
        administrator.send(
            "POST", Contract.ROOT + "/none", BodyPublishers.ofString(body), "Content-Type", type);
    assertProblem(404, "not-found", unknown);
  }

  static Stream<Arguments> bodies() {
    return Stream.of(
        Arguments.of("application/x-www-form-urlencoded", "grant_type=password"),
        Arguments.of("multipart/form-data", "no boundary"),
        Arguments.of("application/json", "{"),
        Arguments.of("application/octet-stream", "x".repeat(100_000)));
  }

  private static final String[] JSON = {"Content-Type", "application/json"};

  private static HttpResponse<String> call(
      ApiClient client, String operation, String query, BodyPublisher body, String... headers) {
    String where = OPERATIONS.get(operation);
    return client.send(method(where), path(where) + query, body, headers);
  }

  private static String method(String operation) {
    return operation.substring(0, operation.indexOf(' '));
  }

  private static String path(String operation) {
    String template = operation.substring(operation.indexOf(' ') + 1);
    return Contract.ROOT
        + template
            .replace("{id}", "0192f0c1-0000-7000-8000-000000000001")
            .replace("{username}", "nobody-" + UUID.nameUUIDFromBytes(new byte[0]));
  }

  private static void assertProblem(int status, String type, HttpResponse<String> answer) {
    assertEquals(status, answer.statusCode(), answer.body());
    String found = new JsonObject(answer.body()).getString("type");
    assertEquals("https://marque.dev/problems/" + type, found);
  }
}
