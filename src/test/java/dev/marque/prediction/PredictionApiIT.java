package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.app.RunningServer;
import dev.marque.app.RunningServer.Person;
import dev.marque.contract.ApiClient;
import dev.marque.contract.MultipartForm;
import dev.marque.vision.photo.BadPhotos;
import dev.marque.web.RawHttp;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the JSON API of predictions on a complete server with the real network. */
class PredictionApiIT {

  private static final String PATH = "/api/v1/predictions";
  private static final Path PHOTO = Path.of("src/test/resources/photos/audi.jpg");

  private static RunningServer server;
  private static byte[] photo;

  private Person person;
  private ApiClient client;

  @BeforeAll
  static void open() throws IOException {
    server = RunningServer.shared();
    photo = Files.readAllBytes(PHOTO);
  }

  @BeforeEach
  void createUser() {
    person = server.newUser();
    client = server.client(person);
  }

  @Test
  void a_photo_gets_its_k_most_likely_brands_and_appears_in_the_list() {
    HttpResponse<String> response = client.upload(form("3", photo));
    assertEquals(201, response.statusCode(), response.body());
    JsonObject created = new JsonObject(response.body());
    assertEquals(3, created.getJsonArray("brands").size());
    assertTrue(header(response, "RateLimit").startsWith("\"predictions\";r="));
    String location = header(response, "Location");
    assertEquals(created, new JsonObject(get(location + "?top_k=3").body()));
    assertEquals(1, items().size());
  }

  @Test
  void the_body_may_be_the_photo_itself_and_evidence_adds_a_link() {
    HttpResponse<String> response =
        client.send(
            "POST",
            PATH + "?top_k=1&evidence=true",
            BodyPublishers.ofByteArray(photo),
            "Content-Type",
            "image/jpeg");
    assertEquals(201, response.statusCode(), response.body());
    HttpResponse<String> map = get(new JsonObject(response.body()).getString("heat_map"));
    assertEquals(200, map.statusCode());
    assertEquals("image/png", header(map, "Content-Type"));
  }

  @ParameterizedTest
  @CsvSource({
    "text, 5, 415",
    "empty, 5, 422",
    "cut, 5, 422",
    "heic, 5, 415",
    "pixels, 5, 422",
    "animated, 5, 422",
    "large, 5, 413",
    "photo, 0, 422",
    "photo, 26, 422",
    "photo, x, 422",
    "none, 5, 422"
  })
  void invalid_input_gets_a_problem_document_and_leaves_no_row(String what, String topK, int status)
      throws IOException {
    HttpResponse<String> response =
        client.upload(what.equals("none") ? form(topK) : form(topK, bytes(what)));
    assertEquals(status, response.statusCode(), response.body());
    assertEquals("application/problem+json", header(response, "Content-Type"));
    assertTrue(header(response, "RateLimit").startsWith("\"predictions\";r="));
    assertFalse(new JsonObject(response.body()).getString("detail").isBlank());
    assertEquals(List.of(), items());
  }

  @Test
  void several_photos_get_results_in_order_with_a_status_each() throws IOException {
    HttpResponse<String> response = client.upload(form("1", photo, bytes("text"), photo));
    assertEquals(207, response.statusCode(), response.body());
    List<Integer> statuses =
        new JsonObject(response.body())
            .getJsonArray("results").stream()
                .map(result -> ((JsonObject) result).getInteger("status"))
                .toList();
    assertEquals(List.of(201, 415, 201), statuses);
    assertEquals(2, items().size());
  }

  @Test
  void a_request_repeated_with_its_idempotency_key_gets_the_first_response() {
    HttpResponse<String> first = client.upload(form("5", photo), RequestKey.HEADER, "try-1");
    HttpResponse<String> again = client.upload(form("5", photo), RequestKey.HEADER, "try-1");
    assertEquals(201, again.statusCode());
    assertEquals(first.body(), again.body());
    assertEquals(1, items().size());
  }

  @Test
  void a_repeated_form_gets_its_first_results_but_a_part_of_it_is_rejected() throws IOException {
    byte[] other = Files.readAllBytes(Path.of("src/test/resources/photos/volvo.jpg"));
    HttpResponse<String> first = client.upload(form("5", photo, other), RequestKey.HEADER, "try-4");
    HttpResponse<String> again = client.upload(form("5", photo, other), RequestKey.HEADER, "try-4");
    assertEquals(207, first.statusCode());
    assertEquals(first.body(), again.body());
    assertEquals(422, client.upload(form("5", other), RequestKey.HEADER, "try-4").statusCode());
    assertEquals(2, items().size());
  }

  @Test
  void an_idempotency_key_is_for_one_photo_and_must_be_valid() throws IOException {
    assertEquals(201, client.upload(form("5", photo), RequestKey.HEADER, "\"try-2\"").statusCode());
    byte[] other = Files.readAllBytes(Path.of("src/test/resources/photos/volvo.jpg"));
    assertEquals(422, client.upload(form("5", other), RequestKey.HEADER, "try-2").statusCode());
    HttpResponse<String> malformed = client.upload(form("5", photo), RequestKey.HEADER, "try 3");
    assertEquals(400, malformed.statusCode());
    assertTrue(header(malformed, "RateLimit").startsWith("\"predictions\";r="));
    assertEquals(1, items().size());
  }

  @Test
  void a_request_may_have_up_to_sixteen_photos_with_one_idempotency_key() {
    MultipartForm sixteen = form("1");
    List<String> names = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      // Bytes after the end of a JPEG are ignored, but make it another photo.
      byte[] other = Arrays.copyOf(photo, photo.length + 1);
      other[photo.length] = (byte) i;
      names.add(i + ".jpg");
      sixteen.photo(i + ".jpg", other);
    }
    HttpResponse<String> first = client.upload(sixteen, RequestKey.HEADER, "sixteen");
    assertEquals(207, first.statusCode(), first.body());
    assertFalse(first.body().contains("\"problem\""), first.body());
    List<JsonObject> predictions =
        new JsonObject(first.body())
            .getJsonArray("results").stream()
                .map(result -> ((JsonObject) result).getJsonObject("prediction"))
                .toList();
    assertEquals(names, predictions.stream().map(each -> each.getString("file_name")).toList());
    assertEquals(first.body(), client.upload(sixteen, RequestKey.HEADER, "sixteen").body());
    assertEquals(16, items().size());
    assertEquals(400, client.upload(sixteen.photo(photo)).statusCode());
  }

  @Test
  void an_unknown_form_field_is_rejected_by_name() {
    HttpResponse<String> refused = client.upload(form("5", photo).field("topk", "3"));
    assertEquals(422, refused.statusCode());
    assertTrue(refused.body().contains("\"topk\""), refused.body());
    assertEquals(List.of(), items());
  }

  @Test
  void all_invalid_fields_are_named() {
    assertEquals(
        List.of("from", "limit", "top_k", "after"),
        invalidFields(get(PATH + "?limit=0&top_k=99&from=x&after=y")));
    assertEquals(
        List.of("topk", "top_k"),
        invalidFields(client.upload(form("x", photo).field("topk", "3"))));
    assertEquals(List.of("top_k", "image"), invalidFields(client.upload(form("x"))));
  }

  private static List<String> invalidFields(HttpResponse<String> refused) {
    assertEquals(422, refused.statusCode(), refused.body());
    return new JsonObject(refused.body())
        .getJsonArray("errors").stream()
            .map(error -> ((JsonObject) error).getString("field"))
            .toList();
  }

  @Test
  void other_users_cannot_read_change_or_delete_a_prediction() {
    String mine = header(client.upload(form("5", photo)), "Location");
    client = server.client(server.newUser());
    for (String part : List.of("", "/photo", "/thumbnail", "/heat-map")) {
      assertEquals(404, get(mine + part).statusCode(), part);
    }
    assertEquals(404, correct(mine, "{\"brand\":\"Audi\"}").statusCode());
    assertEquals(404, client.delete(mine).statusCode());
    assertEquals(List.of(), items());
  }

  @Test
  void a_correction_consists_of_a_known_brand_and_nothing_else() {
    String mine = header(client.upload(form("5", photo)), "Location");
    assertEquals(
        List.of("id", "brand"), invalidFields(correct(mine, "{\"brand\":\"Nobody\",\"id\":1}")));
    assertEquals(422, correct(mine, "{\"brand\":\"Nobody\"}").statusCode());
    assertEquals(422, correct(mine, "{\"brand\":\"Audi\",\"id\":1}").statusCode());
    HttpResponse<String> accepted = correct(mine, "{\"brand\":\"Audi\"}");
    assertEquals("Audi", new JsonObject(accepted.body()).getString("correction"));
  }

  @Test
  void a_client_that_disconnects_early_leaves_no_row() throws IOException {
    URI address = URI.create(server.baseUrl());
    byte[] body = form("5", photo).bytes();
    String head =
        String.join(
            "\r\n",
            "POST " + PATH + " HTTP/1.1",
            "Host: " + address.getAuthority(),
            "Authorization: Bearer " + person.token(),
            "Content-Type: " + MultipartForm.TYPE,
            "Content-Length: " + body.length,
            "",
            "");
    for (int i = 0; i < 3; i++) {
      try (RawHttp client = RawHttp.to(address.getPort())) {
        client.send(head).send(body);
      }
    }
    // An account's photos are processed in order: once this one is done, the others are too.
    assertEquals(201, client.upload(form("5", photo)).statusCode());
    assertEquals(1, items().size());
  }

  @Test
  void the_export_has_a_line_per_prediction() {
    client.upload(form("5", photo, photo));
    assertEquals(3, get(PATH + "/export?format=csv").body().lines().count());
    assertEquals(2, get(PATH + "/export?format=ndjson").body().lines().count());
    assertEquals(422, get(PATH + "/export?format=xml").statusCode());
  }

  private static byte[] bytes(String what) throws IOException {
    return switch (what) {
      case "photo" -> photo;
      case "text" -> "not a photo".getBytes(StandardCharsets.UTF_8);
      case "empty" -> new byte[0];
      case "cut" -> Arrays.copyOf(photo, 200);
      case "heic" -> "\0\0\0\u0018ftypheic\0\0\0\0mif1heic".getBytes(StandardCharsets.ISO_8859_1);
      case "pixels" -> BadPhotos.pngOfSixtyThousandSquared();
      case "animated" -> BadPhotos.animatedGif();
      case "large" -> Arrays.copyOf(photo, 11 << 20);
      default -> throw new IllegalArgumentException(what);
    };
  }

  private List<?> items() {
    return new JsonObject(get(PATH).body()).getJsonArray("items").getList();
  }

  private HttpResponse<String> get(String path) {
    return client.get(path);
  }

  private HttpResponse<String> correct(String prediction, String body) {
    return client.json("PUT", prediction + "/correction", new JsonObject(body));
  }

  private static MultipartForm form(String topK, byte[]... photos) {
    MultipartForm form = new MultipartForm().field("top_k", topK);
    for (byte[] one : photos) {
      form.photo(one);
    }
    return form;
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }
}
