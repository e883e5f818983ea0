package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.Eventually;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PersonalTokensIT {

  private static final String PATH = "/api/v1/tokens";

  private final ClockedServer server = ClockedServer.shared();
  private final String username = server.newAccount();
  private final Visitor owner =
      server.visitor().withToken(server.tokens(username).getString("access_token"));

  private static JsonObject request(String name, int days) {
    return new JsonObject().put("name", name).put("expires_in_days", days);
  }

  private JsonObject create(Visitor by, int days) {
    HttpResponse<String> created = by.json("POST", PATH, request("import", days));
    assertEquals(201, created.statusCode(), created.body());
    return new JsonObject(created.body());
  }

  private JsonArray list() {
    return new JsonObject(owner.get(PATH).body()).getJsonArray("items");
  }

  @Test
  void a_token_acts_for_its_owner_and_is_shown_only_once() {
    JsonObject created = create(owner, 30);
    String secret = created.getString("token");
    HttpResponse<String> me = server.visitor().withToken(secret).get("/api/v1/me");
    assertEquals(username, new JsonObject(me.body()).getString("username"));
    HttpResponse<String> list = owner.get(PATH);
    assertFalse(list.body().contains(secret));
    assertEquals(created.getString("id"), list().getJsonObject(0).getString("id"));
    // The use is recorded after the response.
    Eventually.holds("used", () -> list().getJsonObject(0).getString("last_used_at") != null);
  }

  @Test
  void a_token_stops_working_when_it_expires() {
    String secret = create(owner, 7).getString("token");
    server.clock.advance(Duration.ofDays(6));
    assertEquals(200, server.me(secret));
    server.clock.advance(Duration.ofDays(1));
    assertEquals(401, server.me(secret));
  }

  @Test
  void the_lifetime_is_an_integer_in_any_notation() {
    JsonObject request = request("import", 7);
    assertEquals(201, owner.json("POST", PATH, request.put("expires_in_days", 7.0)).statusCode());
    for (Object wrong : new Object[] {7.5, 1e300, 4_294_967_303L, "7"}) {
      HttpResponse<String> refused =
          owner.json("POST", PATH, request.put("expires_in_days", wrong));
      assertEquals(422, refused.statusCode(), refused.body());
    }
  }

  @Test
  void only_its_owner_can_revoke_a_token_and_it_stops_working_at_once() {
    JsonObject created = create(owner, 7);
    Visitor stranger =
        server.visitor().withToken(server.tokens(server.newAccount()).getString("access_token"));
    String path = PATH + "/" + created.getString("id");
    assertEquals(404, stranger.json("DELETE", path, new JsonObject()).statusCode());
    assertEquals(200, server.me(created.getString("token")));
    assertEquals(204, owner.json("DELETE", path, new JsonObject()).statusCode());
    assertEquals(401, server.me(created.getString("token")));
    assertEquals(404, owner.json("DELETE", path, new JsonObject()).statusCode());
  }

  @Test
  void changing_the_password_revokes_every_token() {
    String secret = create(owner, 7).getString("token");
    Visitor browser = server.signedIn(username);
    HttpResponse<String> changed = ClockedServer.changePassword(browser);
    assertEquals(401, server.me(secret));
    String page = browser.get(changed.headers().firstValue("Location").orElseThrow()).body();
    assertTrue(page.contains("tokens have been revoked"), page);
  }

  @Test
  void a_token_is_rejected_while_the_account_is_disabled() {
    String secret = create(owner, 7).getString("token");
    Visitor administrator = server.signedIn(ClockedServer.ADMINISTRATOR);
    String path = "/admin/users/" + username + "/disabled";
    assertEquals(303, administrator.post(path, "disabled", "true").statusCode());
    assertEquals(401, server.me(secret));
    assertEquals(303, administrator.post(path, "disabled", "false").statusCode());
    assertEquals(200, server.me(secret));
  }

  @Test
  void a_token_can_neither_manage_tokens_nor_open_pages() {
    Visitor script = server.visitor().withToken(create(owner, 7).getString("token"));
    assertEquals(403, script.get(PATH).statusCode());
    assertEquals(403, script.json("POST", PATH, request("more", 7)).statusCode());
    String own = PATH + "/" + list().getJsonObject(0).getString("id");
    assertEquals(403, script.json("DELETE", own, new JsonObject()).statusCode());
    assertEquals(303, script.get("/account").statusCode());
  }

  @Test
  void an_administrators_token_does_not_administer() {
    Visitor administrator =
        server
            .visitor()
            .withToken(server.tokens(ClockedServer.ADMINISTRATOR).getString("access_token"));
    assertEquals(200, administrator.get("/api/v1/users").statusCode());
    String secret = create(administrator, 1).getString("token");
    assertEquals(403, server.visitor().withToken(secret).get("/api/v1/users").statusCode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"name\":\"x\"}",
        "{\"name\":\"\",\"expires_in_days\":1}",
        "{\"name\":\"  \",\"expires_in_days\":1}",
        "{\"name\":\"a\\u0000b\",\"expires_in_days\":1}",
        "{\"name\":\"a\\u202eb\",\"expires_in_days\":1}",
        "{\"name\":1,\"expires_in_days\":1}",
        "{\"name\":\"x\",\"expires_in_days\":0}",
        "{\"name\":\"x\",\"expires_in_days\":367}",
        "{\"name\":\"x\",\"expires_in_days\":99999999999}",
        "{\"name\":\"x\",\"expires_in_days\":1.5}",
        "{\"name\":\"x\",\"expires_in_days\":\"1\"}",
        "{\"name\":\"x\",\"expires_in_days\":1,\"role\":\"admin\"}"
      })
  void an_invalid_request_creates_no_token(String body) {
    HttpResponse<String> refused = owner.json("POST", PATH, new JsonObject(body));
    assertEquals(422, refused.statusCode(), refused.body());
    assertEquals(0, list().size());
  }

  @Test
  void every_invalid_field_is_named() {
    assertEquals(List.of("role", "name", "expires_in_days"), invalid("{\"role\":\"admin\"}"));
    assertEquals(List.of("expires_in_days", "name"), invalid("{\"name\":\"\"}"));
  }

  private List<String> invalid(String body) {
    HttpResponse<String> refused = owner.json("POST", PATH, new JsonObject(body));
    return new JsonObject(refused.body())
        .getJsonArray("errors").stream()
            .map(error -> ((JsonObject) error).getString("field"))
            .toList();
  }

  @Test
  void the_account_page_creates_shows_once_and_revokes_without_scripts() {
    Visitor browser = server.signedIn(username);
    HttpResponse<String> created =
        browser.post("/account/tokens", "name", "<b>import</b>", "expires_in_days", "30");
    assertEquals(200, created.statusCode(), created.body());
    assertEquals("no-store", created.headers().firstValue("Cache-Control").orElse(""));
    Matcher secret = Pattern.compile("marque_[A-Za-z0-9_-]{43}").matcher(created.body());
    assertTrue(secret.find(), created.body());
    assertEquals(200, server.me(secret.group()));
    String page = browser.get("/account").body();
    assertTrue(page.contains("&lt;b&gt;import&lt;/b&gt;"), page);
    assertFalse(page.contains(secret.group()));
    String id = list().getJsonObject(0).getString("id");
    assertEquals(303, browser.post("/account/tokens/revoke", "token", id).statusCode());
    assertEquals(401, server.me(secret.group()));
    HttpResponse<String> refused =
        browser.post("/account/tokens", "name", "", "expires_in_days", "0");
    assertEquals(422, refused.statusCode());
    assertTrue(refused.body().contains("1 to 366"), refused.body());
  }

  @Test
  void a_refused_form_keeps_the_name_and_the_lifetime() {
    Visitor browser = server.signedIn(username);
    String name = "x".repeat(101);
    HttpResponse<String> refused =
        browser.post("/account/tokens", "name", name, "expires_in_days", "7");
    assertEquals(422, refused.statusCode());
    Document page = Jsoup.parse(refused.body());
    assertEquals(name, page.select("#name").val());
    assertEquals("7", page.select("#expires_in_days option[selected]").val());
  }

  @Test
  void creating_and_revoking_are_audited() {
    JsonObject created = create(owner, 7);
    owner.json("DELETE", PATH + "/" + created.getString("id"), new JsonObject());
    String log = server.signedIn(ClockedServer.ADMINISTRATOR).get("/admin/audit").body();
    assertTrue(log.contains("<span>Personal access token created</span>"), log);
    assertTrue(log.contains("<span>Personal access token revoked</span>"), log);
  }
}
