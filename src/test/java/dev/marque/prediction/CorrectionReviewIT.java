package dev.marque.prediction;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.app.RunningServer;
import dev.marque.app.RunningServer.Person;
import dev.marque.training.DataSet;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.imageio.ImageIO;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests corrections from the user's input to the data set that {@code train} reads. */
class CorrectionReviewIT {

  private static final String PATH = "/admin/corrections";
  private static final Path PHOTO = Path.of("src/test/resources/photos/audi.jpg");

  private final RunningServer server = RunningServer.shared();
  private final HttpClient client = HttpClient.newHttpClient();
  private final Person administrator = server.administrator();
  private final Person user = server.newUser();

  @TempDir private Path folder;

  private HttpResponse<byte[]> send(
      Person as, String method, String path, String type, byte[] body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.baseUrl() + path))
            .header("Authorization", "Bearer " + as.token())
            .method(method, BodyPublishers.ofByteArray(body));
    if (!type.isEmpty()) {
      request.header("Content-Type", type);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  private HttpResponse<byte[]> get(Person as, String path)
      throws IOException, InterruptedException {
    return send(as, "GET", path, "", new byte[0]);
  }

  /** Uploads a photo and corrects its brand; returns the id of the prediction. */
  private String corrected(String brand) throws IOException, InterruptedException {
    HttpResponse<byte[]> created =
        send(user, "POST", "/api/v1/predictions", "image/jpeg", Files.readAllBytes(PHOTO));
    String id = new JsonObject(new String(created.body(), UTF_8)).getString("id");
    correct(id, brand);
    return id;
  }

  private void correct(String id, String brand) throws IOException, InterruptedException {
    byte[] body = new JsonObject().put("brand", brand).toBuffer().getBytes();
    String path = "/api/v1/predictions/" + id + "/correction";
    assertEquals(200, send(user, "PUT", path, "application/json", body).statusCode());
  }

  private int review(Person as, String id, String brand, String decision)
      throws IOException, InterruptedException {
    byte[] form = "brand=%s&decision=%s".formatted(brand, decision).getBytes(UTF_8);
    return send(as, "POST", PATH + "/" + id, "application/x-www-form-urlencoded", form)
        .statusCode();
  }

  /** Submits the form of a page that accepts a correction. */
  private HttpResponse<byte[]> accept(String id, String page, String... headers)
      throws IOException, InterruptedException {
    Element form =
        document(get(administrator, page)).select(formOf(id) + ":has([value=accepted])").first();
    assertNotNull(form);
    List<String> fields = form.select("input").eachAttr("name");
    List<String> values = form.select("input").eachAttr("value");
    String body =
        IntStream.range(0, fields.size())
            .mapToObj(i -> fields.get(i) + "=" + values.get(i))
            .collect(Collectors.joining("&"));
    String type = "application/x-www-form-urlencoded";
    String path = PATH + "/" + id;
    return send(administrator, "POST", path, type, body.getBytes(UTF_8), headers);
  }

  private static String formOf(String id) {
    return "form[action=" + PATH + "/" + id + "]";
  }

  private static Document document(HttpResponse<byte[]> page) {
    return Jsoup.parse(new String(page.body(), UTF_8));
  }

  private boolean isListed(String id, String state) throws IOException, InterruptedException {
    return !document(get(administrator, PATH + "?state=" + state)).select(formOf(id)).isEmpty();
  }

  @Test
  void accepted_corrections_become_a_data_set_that_training_reads() throws Exception {
    String audi = corrected("Audi");
    String bmw = corrected("BMW");
    String rejected = corrected("Volvo");
    assertTrue(isListed(audi, "open") && isListed(bmw, "open"));
    byte[] photo = get(administrator, PATH + "/" + bmw + "/photo.jpg").body();
    assertNotNull(ImageIO.read(new ByteArrayInputStream(photo)));

    assertEquals(303, review(administrator, audi, "Audi", "accepted"));
    assertEquals(303, review(administrator, bmw, "BMW", "accepted"));
    assertEquals(303, review(administrator, rejected, "Volvo", "rejected"));
    assertFalse(isListed(audi, "open"));
    assertTrue(isListed(audi, "accepted") && isListed(rejected, "rejected"));

    int exports = auditedExports();
    unpack(get(administrator, PATH + "/export.zip").body());
    DataSet data = DataSet.open(folder);
    assertTrue(data.labels().brands().containsAll(List.of("Audi", "BMW")));
    assertFalse(Files.exists(folder.resolve("Volvo/" + rejected + ".jpg")));
    assertArrayEquals(photo, Files.readAllBytes(folder.resolve("BMW/" + bmw + ".jpg")));
    assertEquals(exports + 1, auditedExports());
  }

  private int auditedExports() throws IOException, InterruptedException {
    String path = "/admin/audit?event=corrections_exported&q=" + administrator.username();
    return document(get(administrator, path)).select("tbody tr").size();
  }

  @Test
  void a_review_applies_only_to_the_brand_that_was_reviewed() throws Exception {
    String id = corrected("Audi");
    assertEquals(404, review(administrator, id, "BMW", "accepted"));
    assertEquals(303, review(administrator, id, "Audi", "accepted"));
    correct(id, "Volvo");
    assertTrue(isListed(id, "open"), "a new correction needs a new review");
    assertEquals(400, review(administrator, id, "Volvo", "open"));
    assertEquals(422, review(administrator, id, "Volvo", "bogus"));
  }

  @Test
  void after_a_review_on_a_later_page_that_page_is_shown_again() throws Exception {
    String oldest = corrected("Audi");
    String older = corrected("Audi");
    String old = corrected("Audi");
    String newest = corrected("Audi");
    String later = PATH + "?state=open&after=" + newest;
    HttpResponse<byte[]> redirect = accept(old, later);
    assertEquals(later, redirect.headers().firstValue("Location").orElse(""));
    Document shown = document(accept(older, later, "HX-Request", "true"));
    assertTrue(shown.select(formOf(newest)).isEmpty(), shown.html());
    assertFalse(shown.select(formOf(oldest)).isEmpty(), shown.html());
    assertTrue(isListed(newest, "open"));
  }

  @Test
  void a_later_page_on_which_nothing_is_left_shows_the_first_one() throws Exception {
    String id = corrected("Audi");
    Document shown = document(get(administrator, PATH + "?state=open&after=" + new UUID(0, 0)));
    assertFalse(shown.select(formOf(id)).isEmpty(), shown.html());
  }

  @Test
  void a_photo_that_its_owner_deleted_can_be_neither_seen_nor_reviewed_nor_exported()
      throws Exception {
    String open = corrected("Audi");
    String accepted = corrected("Audi");
    assertEquals(303, review(administrator, accepted, "Audi", "accepted"));
    for (String id : List.of(open, accepted)) {
      String path = "/api/v1/predictions/" + id;
      assertEquals(204, send(user, "DELETE", path, "", new byte[0]).statusCode());
      assertEquals(404, get(administrator, PATH + "/" + id + "/photo.jpg").statusCode());
      assertEquals(404, review(administrator, id, "Audi", "rejected"));
    }
    assertFalse(isListed(open, "open") || isListed(accepted, "accepted"));
    unpack(get(administrator, PATH + "/export.zip").body());
    assertFalse(Files.exists(folder.resolve("Audi/" + accepted + ".jpg")));
  }

  /** More than the export reads at a time. */
  @Test
  void the_export_has_every_accepted_correction() throws Exception {
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < 21; i++) {
      String id = corrected("Audi");
      assertEquals(303, review(administrator, id, "Audi", "accepted"));
      files.add(folder.resolve("Audi/" + id + ".jpg"));
    }
    unpack(get(administrator, PATH + "/export.zip").body());
    files.removeIf(Files::exists);
    assertEquals(List.of(), files);
  }

  @Test
  void only_administrators_can_review_and_only_corrected_predictions() throws Exception {
    String id = corrected("Audi");
    for (String path : List.of(PATH, PATH + "/export.zip", PATH + "/" + id + "/photo.jpg")) {
      assertEquals(403, get(user, path).statusCode(), path);
    }
    assertEquals(403, review(user, id, "Audi", "accepted"));
    HttpResponse<byte[]> created =
        send(user, "POST", "/api/v1/predictions", "image/jpeg", Files.readAllBytes(PHOTO));
    String plain = new JsonObject(new String(created.body(), UTF_8)).getString("id");
    assertEquals(404, get(administrator, PATH + "/" + plain + "/photo.jpg").statusCode());
  }

  private void unpack(byte[] archive) throws IOException {
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path file = folder.resolve(entry.getName()).normalize();
        assertTrue(file.startsWith(folder), entry.getName());
        Files.createDirectories(file.getParent());
        Files.copy(zip, file);
      }
    }
  }
}
