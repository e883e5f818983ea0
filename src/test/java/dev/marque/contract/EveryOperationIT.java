package dev.marque.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.marque.app.RunningServer;
import dev.marque.app.RunningServer.Person;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Tests that the contract, the routes and this test have the same operations, and that each works.
 */
class EveryOperationIT {

  private static final Map<String, String> CONTRACT = Contract.ofMarque().operations();

  private static final JsonObject TOKEN =
      new JsonObject().put("name", "import").put("expires_in_days", 1);

  private static RunningServer server;
  private static byte[] photo;

  private final Map<String, Supplier<HttpResponse<String>>> calls = new TreeMap<>();

  @BeforeAll
  static void open() throws IOException {
    server = RunningServer.shared();
    photo = Files.readAllBytes(Path.of("src/test/resources/photos/audi.jpg"));
  }

  @Test
  void the_contract_has_exactly_the_routes_of_the_server() {
    Set<String> mounted = new TreeSet<>();
    server.routes().stream()
        .filter(route -> route.getPath() != null && route.getPath().startsWith(Contract.ROOT))
        .filter(route -> route.methods() != null)
        .forEach(
            route ->
                route
                    .methods()
                    .forEach(method -> mounted.add(method + " " + template(route.getPath()))));
    assertEquals(new TreeSet<>(CONTRACT.values()), mounted);
  }

  @Test
  void no_route_of_the_api_accepts_any_method_or_any_path() {
    List<String> open =
        server.routes().stream()
            .filter(route -> route.isRegexPath() && route.getPath() == null)
            .map(Route::getName)
            .collect(Collectors.toCollection(ArrayList::new));
    server.routes().stream()
        .filter(route -> route.methods() == null && route.getPath() != null)
        .map(Route::getPath)
        // It rejects other methods, which would otherwise reach the routes of a prediction.
        .filter(path -> !path.equals("/api/v1/predictions/export"))
        .forEach(open::add);
    assertEquals(List.of(), open, "routes that the contract cannot be compared with");
  }

  private static String template(String route) {
    return route.substring(Contract.ROOT.length()).replaceAll(":([a-z_]+)", "{$1}");
  }

  @TestFactory
  Stream<DynamicTest> every_operation_succeeds_within_the_contract() {
    Person person = server.newUser();
    anonymous();
    ownAccount(person);
    predictions(server.client(person));
    administration(server.client(server.administrator()));
    assertEquals(CONTRACT.keySet(), calls.keySet(), "operations in the contract and in this test");
    return calls.entrySet().stream()
        .map(call -> dynamicTest(call.getKey(), () -> works(call.getKey(), call.getValue().get())));
  }

  /** The client has already checked the response; this checks that the operation succeeded. */
  private static void works(String operation, HttpResponse<String> answer) {
    assertEquals(2, answer.statusCode() / 100, answer.body());
    String path = answer.request().uri().getRawPath();
    assertEquals(
        CONTRACT.get(operation),
        Contract.ofMarque().operationOf(answer.request().method(), path).orElse(path));
  }

  private void anonymous() {
    ApiClient anonymous = new ApiClient(server.baseUrl(), null);
    calls.put("getContract", () -> anonymous.get("/api/v1/openapi.yaml"));
    calls.put("signUp", () -> anonymous.json("POST", "/api/v1/users", account("ann")));
    calls.put(
        "token",
        () -> {
          Person person = server.newUser();
          String password = person.password().replace(' ', '+');
          return anonymous.form(
              "/api/v1/token",
              "grant_type=password&username=" + person.username() + "&password=" + password);
        });
  }

  private static JsonObject account(String username) {
    return new JsonObject()
        .put("username", username)
        .put("email", username + "@example.org")
        .put("first_name", "Ann")
        .put("last_name", "Other")
        .put("password", "correct horse battery");
  }

  private void ownAccount(Person person) {
    ApiClient client = server.client(person);
    calls.put("me", () -> client.get("/api/v1/me"));
    calls.put("getModel", () -> client.get("/api/v1/model"));
    calls.put("listTokens", () -> client.get("/api/v1/tokens"));
    calls.put("makeToken", () -> client.json("POST", "/api/v1/tokens", TOKEN));
    calls.put(
        "revokeToken",
        () -> {
          JsonObject created = new JsonObject(client.json("POST", "/api/v1/tokens", TOKEN).body());
          return client.delete("/api/v1/tokens/" + created.getString("id"));
        });
  }

  private void predictions(ApiClient client) {
    String all = "/api/v1/predictions";
    calls.put("predict", () -> client.upload(new MultipartForm().photo(photo)));
    calls.put("listPredictions", () -> client.get(all + "?limit=1&top_k=2"));
    calls.put("exportPredictions", () -> client.get(all + "/export?format=csv"));
    calls.put("getPrediction", () -> client.get(created(client) + "?evidence=true"));
    calls.put("getPhoto", () -> client.get(created(client) + "/photo"));
    calls.put("getThumbnail", () -> client.get(created(client) + "/thumbnail"));
    calls.put("getHeatMap", () -> client.get(created(client) + "/heat-map"));
    calls.put("deletePrediction", () -> client.delete(created(client)));
    calls.put(
        "correctPrediction",
        () ->
            client.send(
                "PUT",
                created(client) + "/correction",
                BodyPublishers.ofString("{\"brand\":\"Audi\"}", StandardCharsets.UTF_8),
                "Content-Type",
                "application/json"));
  }

  private static String created(ApiClient client) {
    HttpResponse<String> created = client.upload(new MultipartForm().photo(photo));
    return created.headers().firstValue("Location").orElseThrow();
  }

  private void administration(ApiClient administrator) {
    String password = server.administrator().password();
    calls.put("listUsers", () -> administrator.get("/api/v1/users?q=user&limit=2"));
    calls.put("getUser", () -> administrator.get("/api/v1/users/" + server.newUser().username()));
    calls.put(
        "deleteUser",
        () ->
            administrator.json(
                "DELETE",
                "/api/v1/users/" + server.newUser().username(),
                new JsonObject().put("password", password)));
  }
}
