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

/** The contract, the routes and the tests know the same operations, and each one works. */
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
  void the_contract_has_every_route_and_no_other() {
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
  void no_route_of_the_api_takes_any_method_or_any_path() {
    List<String> open =
        server.routes().stream()
            .filter(route -> route.isRegexPath() && route.getPath() == null)
            .map(Route::getName)
            .collect(Collectors.toCollection(ArrayList::new));
    server.routes().stream()
        .filter(route -> route.methods() == null && route.getPath() != null)
        .map(Route::getPath)
        // It refuses the other methods, which would else be for a prediction of that name.
        .filter(path -> !path.equals("/api/v1/predictions/export"))
        .forEach(open::add);
    assertEquals(List.of(), open, "routes that the contract cannot be compared with");
  }

  private static String template(String route) {
    return route.substring(Contract.ROOT.length()).replaceAll(":([a-z_]+)", "{$1}");
  }

  @TestFactory
  Stream<DynamicTest> every_operation_does_what_the_contract_says() {
    Person person = server.newUser();
    anybody();
    oneself(person);
    predictions(server.client(person));
    administration(server.client(server.administrator()));
    assertEquals(CONTRACT.keySet(), calls.keySet(), "an operation without a test, or the reverse");
    return calls.entrySet().stream()
        .map(call -> dynamicTest(call.getKey(), () -> works(call.getKey(), call.getValue().get())));
  }

  /** The client has judged the answer already: here it only has to be a success of this one. */
  private static void works(String operation, HttpResponse<String> answer) {
    assertEquals(2, answer.statusCode() / 100, answer.body());
    String path = answer.request().uri().getRawPath();
    assertEquals(
        CONTRACT.get(operation),
        Contract.ofMarque().operationOf(answer.request().method(), path).orElse(path));
  }

  private void anybody() {
    ApiClient anybody = new ApiClient(server.baseUrl(), null);
    calls.put("getContract", () -> anybody.get("/api/v1/openapi.yaml"));
    calls.put("signUp", () -> anybody.json("POST", "/api/v1/users", account("ann")));
    calls.put(
        "token",
        () -> {
          Person person = server.newUser();
          String password = person.password().replace(' ', '+');
          return anybody.form(
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

  private void oneself(Person person) {
    ApiClient client = server.client(person);
    calls.put("me", () -> client.get("/api/v1/me"));
    calls.put("getModel", () -> client.get("/api/v1/model"));
    calls.put("listTokens", () -> client.get("/api/v1/tokens"));
    calls.put("makeToken", () -> client.json("POST", "/api/v1/tokens", TOKEN));
    calls.put(
        "revokeToken",
        () -> {
          JsonObject made = new JsonObject(client.json("POST", "/api/v1/tokens", TOKEN).body());
          return client.delete("/api/v1/tokens/" + made.getString("id"));
        });
  }

  private void predictions(ApiClient client) {
    String all = "/api/v1/predictions";
    calls.put("predict", () -> client.upload(new MultipartForm().photo(photo)));
    calls.put("listPredictions", () -> client.get(all + "?limit=1&top_k=2"));
    calls.put("exportPredictions", () -> client.get(all + "/export?format=csv"));
    calls.put("getPrediction", () -> client.get(made(client) + "?evidence=true"));
    calls.put("getPhoto", () -> client.get(made(client) + "/photo"));
    calls.put("getThumbnail", () -> client.get(made(client) + "/thumbnail"));
    calls.put("getHeatMap", () -> client.get(made(client) + "/heat-map"));
    calls.put("deletePrediction", () -> client.delete(made(client)));
    calls.put(
        "correctPrediction",
        () ->
            client.send(
                "PUT",
                made(client) + "/correction",
                BodyPublishers.ofString("{\"brand\":\"Audi\"}", StandardCharsets.UTF_8),
                "Content-Type",
                "application/json"));
  }

  private static String made(ApiClient client) {
    HttpResponse<String> made = client.upload(new MultipartForm().photo(photo));
    return made.headers().firstValue("Location").orElseThrow();
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
