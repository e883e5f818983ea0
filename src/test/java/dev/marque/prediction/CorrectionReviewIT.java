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
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.imageio.ImageIO;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
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

  private HttpResponse<byte[]> send(Person as, String method, String path, String type, byte[] body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.baseUrl() + path))
            .header("Authorization", "Bearer " + as.token())
            .method(method, BodyPublishers.ofByteArray(body));
    if (!type.isEmpty()) {
      request.header("Content-Type", type);
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

  private boolean isListed(String id, String state) throws IOException, InterruptedException {
    String page = new String(get(administrator, PATH + "?state=" + state).body(), UTF_8);
    Document document = Jsoup.parse(page);
    return !document.select("form[action=" + PATH + "/" + id + "]").isEmpty();
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

    unpack(get(administrator, PATH + "/export.zip").body());
    DataSet data = DataSet.open(folder);
    assertTrue(data.labels().brands().containsAll(List.of("Audi", "BMW")));
    assertFalse(Files.exists(folder.resolve("Volvo/" + rejected + ".jpg")));
    assertArrayEquals(photo, Files.readAllBytes(folder.resolve("BMW/" + bmw + ".jpg")));
    String audit = "/admin/audit?event=corrections_exported&q=" + administrator.username();
    String page = new String(get(administrator, audit).body(), UTF_8);
    assertEquals(1, Jsoup.parse(page).select("tbody tr").size());
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
