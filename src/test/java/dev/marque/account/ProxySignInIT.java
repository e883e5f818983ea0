package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.app.RunningServer;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A proxy that names the person in a header; this machine is the trusted one. */
class ProxySignInIT {

  private static final String HEADER = "X-Remote-User";

  private static Vertx vertx;
  private static RunningServer server;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    server =
        RunningServer.start(
            Map.of(
                "marque.sso.header.name", HEADER,
                "marque.api.origins", "https://intranet.example",
                "marque.sso.header.sign-out-url", "https://portal.example/out",
                "marque.proxy.trusted", "127.0.0.1",
                "marque.signup.enabled", "false"));
  }

  @AfterAll
  static void stop() {
    server.close();
    vertx.close().await();
  }

  @Test
  void who_is_named_has_an_account_from_the_first_request_on() {
    Answer page = from("127.0.0.1", "/", "grace.hopper");
    assertEquals(200, page.status);
    assertTrue(page.body.contains("grace.hopper"), page.body);
    assertTrue(page.body.contains("https://portal.example/out"), "signing out is the proxy's");
    assertFalse(page.body.contains("/logout\""), "no form of ours");

    JsonObject first = new JsonObject(from("127.0.0.1", "/api/v1/me", "grace.hopper").body);
    JsonObject again = new JsonObject(from("127.0.0.1", "/api/v1/me", "Grace.Hopper").body);
    assertEquals(first, again, "one account, however the name is written");
    assertEquals("user", first.getString("role"));
    assertEquals(403, from("127.0.0.1", "/admin/users", "grace.hopper").status);
  }

  @Test
  void nobody_named_is_nobody_signed_in() {
    assertEquals(401, from("127.0.0.1", "/api/v1/me", null).status);
    assertEquals(401, from("127.0.0.1", "/api/v1/me", " ").status);
  }

  @Test
  void a_name_that_no_account_can_have_is_refused() {
    for (String name : new String[] {"a b", "x", "root@example.org", "a".repeat(40)}) {
      assertEquals(403, from("127.0.0.1", "/api/v1/me", name).status, name);
    }
  }

  // Other systems have one loopback address only.
  @Test
  @EnabledOnOs(OS.LINUX)
  void the_header_counts_for_nothing_from_anybody_else() {
    assertEquals(200, from("127.0.0.1", "/api/v1/me", "mallory").status);
    assertEquals(401, from("127.0.0.2", "/api/v1/me", "mallory").status);
    assertEquals(303, from("127.0.0.2", "/history", "mallory").status);
  }

  @Test
  void an_account_of_the_operator_is_the_same_person_and_may_administer() {
    Visitor browser = new Visitor(server.baseUrl());
    String setup = server.setupPath();
    assertEquals(
        303,
        browser
            .post(
                "/setup",
                "token",
                setup.substring(setup.indexOf('=') + 1),
                "username",
                "boss",
                "email",
                "boss@example.org",
                "first_name",
                "The",
                "last_name",
                "Boss",
                "password",
                ClockedServer.PASSWORD)
            .statusCode());
    assertEquals(200, from("127.0.0.1", "/admin/users", "boss").status);

    assertEquals(200, from("127.0.0.1", "/api/v1/me", "leaver").status);
    browser.post("/admin/users/leaver/disabled", "disabled", "true");
    assertEquals(403, from("127.0.0.1", "/api/v1/me", "leaver").status, "disabled at once");
  }

  @Test
  void who_has_no_password_confirms_the_end_of_the_account_with_the_name() {
    Visitor named = new Visitor(server.baseUrl()).named(HEADER, "quitter");
    String page = named.get("/account").body();
    assertFalse(page.contains("/account/password"), "there is none to change");
    assertTrue(page.contains("Your user name, to confirm"), page);
    HttpResponse<String> refused = named.post("/account/delete", "current_password", "other");
    assertEquals(422, refused.statusCode());
    assertTrue(refused.body().contains("That is not your user name."), refused.body());
    assertEquals(
        422,
        named
            .post("/account/password", "current_password", "quitter", "password", "long enough 1")
            .statusCode());
    assertEquals(303, named.post("/account/delete", "current_password", "quitter").statusCode());
  }

  @Test
  void the_export_tells_by_what_name_the_proxy_knows_the_person() {
    Visitor named = new Visitor(server.baseUrl()).named(HEADER, "Katherine");
    JsonObject identity =
        new Archive(named.download("/account/export")).list("identities.json").get(0);
    assertEquals("proxy", identity.getString("issuer"));
    assertEquals("katherine", identity.getString("subject"));
  }

  /** The proxy adds the name to whatever a person's browser sends, whichever site made it do so. */
  @Test
  void a_page_elsewhere_changes_nothing_for_whom_the_proxy_names() {
    JsonObject wish = new JsonObject().put("name", "import").put("expires_in_days", 1);
    Visitor program = new Visitor(server.baseUrl()).named(HEADER, "dorothy");
    assertEquals(201, program.jsonOfProgram("POST", "/api/v1/tokens", wish).statusCode());
    assertEquals(201, program.json("POST", "/api/v1/tokens", wish).statusCode());
    Visitor listed =
        new Visitor(server.baseUrl())
            .named(HEADER, "dorothy")
            .named("Origin", "https://intranet.example");
    assertEquals(403, listed.jsonOfProgram("POST", "/api/v1/tokens", wish).statusCode());
    Visitor nobody = new Visitor(server.baseUrl()).named("Origin", "https://intranet.example");
    assertEquals(401, nobody.jsonOfProgram("POST", "/api/v1/tokens", wish).statusCode());
    Visitor token = new Visitor(server.baseUrl()).withToken("bad").named(HEADER, "dorothy");
    assertEquals(401, token.jsonOfProgram("POST", "/api/v1/tokens", wish).statusCode());
  }

  private record Answer(int status, String body) {}

  private static Answer from(String address, String path, String name) {
    HttpClient client = vertx.createHttpClient(new HttpClientOptions().setLocalAddress(address));
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setHost("127.0.0.1")
            .setPort(URI.create(server.baseUrl()).getPort())
            .setURI(path);
    if (name != null) {
      options.putHeader(HEADER, name);
    }
    Answer answer =
        client
            .request(options)
            .compose(HttpClientRequest::send)
            .compose(
                response ->
                    response.body().map(body -> new Answer(response.statusCode(), body.toString())))
            .await();
    client.close().await();
    return answer;
  }
}
