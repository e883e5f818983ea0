package dev.marque.account;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Common attacks on the complete server, by strangers and by signed-in users. */
class AttacksIT {

  private static final Path PHOTO = Path.of("src/test/resources/photos/audi.jpg");

  private final ClockedServer server = ClockedServer.shared();

  /** Uploads a photo through the page's form and returns the prediction's id. */
  private static String upload(Visitor browser, String disposition, byte[] photo) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    String head =
        "--b0undary\r\nContent-Disposition: form-data; name=\"image\"; %s\r\nContent-Type: image/jpeg\r\n\r\n";
    body.writeBytes(head.formatted(disposition).getBytes(UTF_8));
    body.writeBytes(photo);
    body.writeBytes("\r\n--b0undary--\r\n".getBytes(UTF_8));
    String form = "multipart/form-data; boundary=b0undary";
    HttpResponse<String> created = browser.send("POST", "/predictions", form, body.toByteArray());
    assertEquals(303, created.statusCode(), created.body());
    assertFalse(created.headers().map().containsKey("x-injected"));
    return location(created).replaceAll("/predictions/([^?]*).*", "$1");
  }

  private static String location(HttpResponse<?> answer) {
    return answer.headers().firstValue("Location").orElse("");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "None", "NONE", "HS384", "HS512", "RS256", "ES256", ""})
  void a_token_with_another_algorithm_grants_no_access(String algorithm) {
    String token = server.tokens(server.newAccount()).getString("access_token");
    assertEquals(200, server.me(token));
    String[] parts = token.split("\\.", -1);
    String header = new JsonObject().put("alg", algorithm).put("typ", "JWT").encode();
    String forged = Base64.getUrlEncoder().withoutPadding().encodeToString(header.getBytes(UTF_8));
    assertEquals(401, server.me(forged + "." + parts[1] + "."));
    assertEquals(401, server.me(forged + "." + parts[1] + "." + parts[2]));
  }

  @Test
  void requests_from_another_site_change_nothing() {
    Visitor administrator = server.signedIn(ClockedServer.ADMINISTRATOR);
    for (String path :
        List.of(
            "/login",
            "/logout",
            "/signup",
            "/setup",
            "/account",
            "/account/password",
            "/account/delete",
            "/account/sessions/end",
            "/predictions",
            "/predictions/0192aaaa-0000-7000-8000-000000000001/correction",
            "/predictions/0192aaaa-0000-7000-8000-000000000001/delete",
            "/admin/users/x/role",
            "/admin/users/x/disabled",
            "/admin/users/x/delete",
            "/admin/corrections/0192aaaa-0000-7000-8000-000000000001",
            "/api/v1/users",
            "/api/v1/token",
            "/api/v1/predictions")) {
      assertEquals(403, administrator.postFromAnotherSite(path).statusCode(), path);
    }
    assertEquals(200, administrator.get("/admin/users").statusCode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "' OR '1'='1",
        "'; DELETE FROM accounts; --",
        "\" OR \"\"=\"",
        "%' AND pg_sleep(9) IS NULL --",
        "$1",
        "\\",
        "a\0b"
      })
  void sql_is_plain_text_in_every_field(String sql) throws IOException {
    String victim = server.newAccount();
    String token = server.tokens(victim).getString("access_token");
    Visitor administrator = server.signedIn(ClockedServer.ADMINISTRATOR);
    Visitor user = server.signedIn(server.newAccount());
    String id = upload(user, "filename=\"a.jpg\"", Files.readAllBytes(PHOTO));
    String text = encoded(sql);
    for (String path :
        List.of(
            "/admin/users?q=" + text + "&after=" + text,
            "/admin/users/" + text.replace("+", "%20"),
            "/admin/audit?q=" + text,
            "/admin/audit?event=" + text,
            "/admin/audit?after=" + text,
            "/admin/corrections?state=" + text,
            "/admin/corrections?after=" + text,
            "/api/v1/users?after=" + text,
            "/api/v1/users?limit=" + text)) {
      assertAnswered(administrator.get(path), path);
    }
    HttpResponse<String> found = administrator.get("/api/v1/users?q=" + text);
    // NUL is rejected; everything else is searched for and matches no account.
    boolean searched = sql.indexOf('\0') < 0;
    assertEquals(searched ? 200 : 422, found.statusCode(), found.body());
    if (searched) {
      assertTrue(new JsonObject(found.body()).getJsonArray("items").isEmpty(), found.body());
    }
    for (String path :
        List.of(
            "/history?after=" + text,
            "/history?brand=" + text,
            "/?lang=" + text + "&theme=" + text + "&embed=" + text,
            "/login?next=" + text,
            "/setup?token=" + text,
            "/predictions/" + text.replace("+", "%20"),
            "/predictions/" + id + "?top_k=" + text,
            "/api/v1/predictions/" + text.replace("+", "%20") + "/photo",
            "/api/v1/predictions?brand=" + text,
            "/api/v1/predictions?verdict=" + text,
            "/api/v1/predictions?from=" + text + "&until=" + text,
            "/api/v1/predictions?after=" + text + "&limit=" + text)) {
      assertAnswered(user.get(path), path);
    }
    assertAnswered(user.post("/predictions/" + id + "/correction", "brand", sql), "correction");
    assertAnswered(
        administrator.post("/admin/corrections/" + id, "brand", sql, "decision", "accepted"),
        "review");
    assertAnswered(user.post("/account/sessions/end", "session", sql), "session");
    assertAnswered(
        user.post("/account", "email", sql, "first_name", sql, "last_name", sql), "profile");
    assertAnswered(
        user.post("/account/password", "current_password", sql, "password", sql), "password");
    assertAnswered(
        server.visitor().post("/login", "username", sql, "password", sql, "next", sql), "login");
    assertAnswered(server.token(victim, sql), "token");
    assertAnswered(server.refresh(sql), "refresh token");
    for (String field : ClockedServer.account(victim).fieldNames()) {
      JsonObject account = ClockedServer.account(ClockedServer.newName()).put(field, sql);
      assertAnswered(server.visitor().json("POST", "/api/v1/users", account), field);
    }
    assertEquals(200, server.me(token), "the account is unchanged");
    assertEquals(200, administrator.get("/admin/users/" + victim).statusCode());
  }

  private static void assertAnswered(HttpResponse<String> answer, String what) {
    assertTrue(answer.statusCode() < 500, what + " " + answer.statusCode() + answer.body());
  }

  @Test
  void script_in_names_and_corrections_is_escaped() throws IOException {
    String script = "<script>alert(1)</script>";
    String image = "<img src=x onerror=alert(1)>";
    // The form decoder replaces some characters of a file name with spaces.
    String shown = "<img src";
    String username = ClockedServer.newName();
    JsonObject account =
        ClockedServer.account(username).put("first_name", script).put("last_name", image);
    assertEquals(
        422,
        server
            .visitor()
            .json("POST", "/api/v1/users", account.copy().put("username", script))
            .statusCode());
    assertEquals(201, server.visitor().json("POST", "/api/v1/users", account).statusCode());
    Visitor user = server.signedIn(username);
    Visitor administrator = server.signedIn(ClockedServer.ADMINISTRATOR);
    String name = "filename=\"" + image + "\"";
    String id = upload(user, name, Files.readAllBytes(PHOTO));
    assertEquals(
        422, user.post("/predictions/" + id + "/correction", "brand", script).statusCode());
    assertEquals(
        303, user.post("/predictions/" + id + "/correction", "brand", "Audi").statusCode());
    assertText(user.get("/account"), script);
    assertText(user.get("/predictions/" + id), shown);
    assertText(user.get("/history"), shown);
    assertText(administrator.get("/admin/users?q=" + username), script);
    assertText(administrator.get("/admin/users/" + username), script);
    assertText(administrator.get("/admin/corrections"), shown);
    assertText(administrator.get("/admin/audit?q=" + encoded(script)), script);
    assertText(server.visitor().get("/login?next=" + encoded("/" + script)), "");
  }

  /** Asserts that the input is shown as text and created no element or event handler. */
  private static void assertText(HttpResponse<String> answer, String typed) {
    assertEquals(200, answer.statusCode());
    Document page = Jsoup.parse(answer.body());
    assertEquals(0, page.select("script:not([src]), [onerror], img[src=x]").size());
    assertTrue(answer.body().contains(typed.replace("<", "&lt;").replace(">", "&gt;")), typed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/predictions/..%2f..%2f..%2fetc%2fpasswd",
        "/predictions/%2e%2e/%2e%2e/etc/passwd",
        "/predictions/..%5c..%5ckeys",
        "/predictions/%00",
        "/api/v1/predictions/..%2f..%2fkeys/photo",
        "/static/..%2f..%2fkeys",
        "/static/%2e%2e%2fmessages.properties",
        "/static/....//messages.properties",
        "/static/%252e%252e%252fmessages.properties",
        "/templates/layout.html",
        "/keys",
        "/postgres-password",
        "/metrics",
        "/health/live",
        "/health/ready"
      })
  void no_path_exposes_a_file_or_the_operators_endpoints(String path) {
    Visitor user = server.signedIn(server.newAccount());
    HttpResponse<String> answer = user.get(path);
    assertTrue(Set.of(400, 404).contains(answer.statusCode()), path + answer.statusCode());
    assertFalse(answer.body().contains("root:") || answer.body().contains("field.cursor="));
  }

  @Test
  void pages_hide_the_predictions_of_others() throws IOException {
    Visitor owner = server.signedIn(server.newAccount());
    Visitor stranger = server.signedIn(server.newAccount());
    String mine = "/predictions/" + upload(owner, "filename=\"a\"", Files.readAllBytes(PHOTO));
    for (String part : List.of("", "/photo.jpg", "/thumbnail.jpg", "/heat-map.png")) {
      assertEquals(200, owner.get(mine + part).statusCode(), part);
      assertEquals(404, stranger.get(mine + part).statusCode(), part);
      assertEquals(303, server.visitor().get(mine + part).statusCode(), part);
    }
    assertEquals(404, stranger.post(mine + "/correction", "brand", "Audi").statusCode());
    stranger.post(mine + "/delete");
    assertEquals(200, owner.get(mine).statusCode(), "still there");
  }

  @Test
  void line_breaks_inject_no_header() throws IOException {
    String injected = "/a\r\nX-Injected: yes";
    HttpResponse<String> signedIn =
        ClockedServer.signIn(
            server.visitor(), server.newAccount(), ClockedServer.PASSWORD, "next", injected);
    assertEquals("/", location(signedIn));
    Visitor user = server.signedIn(server.newAccount());
    String name = "filename*=UTF-8''a%0d%0aX-Injected%3A%20yes.jpg";
    String id = upload(user, name, Files.readAllBytes(PHOTO));
    for (String path :
        List.of(
            "/predictions/" + id,
            "/api/v1/predictions/" + id,
            "/api/v1/predictions/export?format=csv",
            "/account/export",
            "/?lang=" + encoded("en\r\nX-Injected: yes"))) {
      HttpResponse<String> answer = user.get(path);
      assertEquals(200, answer.statusCode(), path);
      assertFalse(answer.headers().map().containsKey("x-injected"), path);
    }
    HttpResponse<String> form = server.visitor().get("/login?next=" + encoded(injected));
    assertEquals(200, form.statusCode());
    assertFalse(form.headers().map().containsKey("x-injected"));
    String stored = new JsonObject(user.get("/api/v1/predictions/" + id).body()).encode();
    assertFalse(stored.contains("\\r") || stored.contains("\\n"), stored);
  }

  @Test
  void an_upload_leaves_no_file_and_no_location_behind() throws IOException {
    Visitor user = server.signedIn(server.newAccount());
    Set<String> before = files();
    String place = "N 52.5163 E 13.3777";
    String id = upload(user, "filename=\"a.jpg\"", withExif(Files.readAllBytes(PHOTO), place));
    byte[] refused = "not a photo".getBytes(UTF_8);
    assertEquals(415, user.send("POST", "/api/v1/predictions", "image/jpeg", refused).statusCode());
    assertEquals(before, files());
    for (String part : List.of("/photo.jpg", "/thumbnail.jpg")) {
      String kept = user.get("/predictions/" + id + part).body();
      assertTrue(kept.contains("JFIF"), "a JPEG");
      assertFalse(kept.contains("Exif") || kept.contains(place), part);
    }
  }

  /** The files of the data directory that are not the database's own. */
  private Set<String> files() throws IOException {
    Path data = server.server.dataFolder();
    try (Stream<Path> paths = Files.walk(data)) {
      return paths
          .map(path -> data.relativize(path).toString())
          .filter(path -> !path.startsWith("postgres"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static byte[] withExif(byte[] jpeg, String text) {
    byte[] content = ("Exif\0\0" + text).getBytes(ISO_8859_1);
    int length = content.length + 2;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(jpeg, 0, 2);
    out.writeBytes(new byte[] {(byte) 0xff, (byte) 0xe1, (byte) (length >> 8), (byte) length});
    out.writeBytes(content);
    out.write(jpeg, 2, jpeg.length - 2);
    return out.toByteArray();
  }
}
