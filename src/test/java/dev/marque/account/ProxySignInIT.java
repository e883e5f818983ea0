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

/** Tests a proxy that names the person in a header; this machine is the trusted proxy. */
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
  void the_first_request_of_a_named_person_creates_the_account() {
    Answer page = from("127.0.0.1", "/", "grace.hopper");
    assertEquals(200, page.status);
    assertTrue(page.body.contains("grace.hopper"), page.body);
    assertTrue(page.body.contains("https://portal.example/out"), "the proxy handles sign-out");
    assertFalse(page.body.contains("/logout\""), "no form of ours");

    JsonObject first = new JsonObject(from("127.0.0.1", "/api/v1/me", "grace.hopper").body);
    JsonObject again = new JsonObject(from("127.0.0.1", "/api/v1/me", "Grace.Hopper").body);
    assertEquals(first, again, "one account, ignoring the case of the name");
    assertEquals("user", first.getString("role"));
    assertEquals(403, from("127.0.0.1", "/admin/users", "grace.hopper").status);
  }

  @Test
  void without_a_name_nobody_is_signed_in() {
    assertEquals(401, from("127.0.0.1", "/api/v1/me", null).status);
    assertEquals(401, from("127.0.0.1", "/api/v1/me", " ").status);
  }

  @Test
  void an_invalid_user_name_is_rejected() {
    for (String name : new String[] {"a b", "x", "root@example.org", "a".repeat(40)}) {
      assertEquals(403, from("127.0.0.1", "/api/v1/me", name).status, name);
    }
  }

  @Test
  void two_names_are_rejected() {
    Visitor named = new Visitor(server.baseUrl()).addHeader(HEADER, "somebody");
    HttpResponse<String> rejected = named.get("/api/v1/me", HEADER, "somebody.else");
    assertEquals(403, rejected.statusCode(), rejected.body());
    assertTrue(rejected.body().contains("problems/sso-name"), rejected.body());
  }

  // Other systems have only one loopback address.
  @Test
  @EnabledOnOs(OS.LINUX)
  void the_header_is_ignored_from_other_addresses() {
    assertEquals(200, from("127.0.0.1", "/api/v1/me", "mallory").status);
    assertEquals(401, from("127.0.0.2", "/api/v1/me", "mallory").status);
    assertEquals(303, from("127.0.0.2", "/history", "mallory").status);
  }

  @Test
  void a_named_person_gets_the_existing_account_with_its_role_and_a_disabled_one_is_rejected() {
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
    assertEquals(403, from("127.0.0.1", "/history", "leaver").status);
    String log = browser.get("/admin/audit?event=sign_in_refused&q=leaver").body();
    assertEquals(2, log.split("<span>Sign-in refused</span>", -1).length, "recorded once");
  }

  @Test
  void a_person_without_a_password_confirms_the_deletion_with_the_user_name() {
    Visitor named = new Visitor(server.baseUrl()).addHeader(HEADER, "quitter");
    String page = named.get("/account").body();
    assertFalse(page.contains("/account/password"), "there is no password to change");
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
  void a_person_without_an_email_address_changes_the_names() {
    Visitor named = new Visitor(server.baseUrl()).addHeader(HEADER, "nameless");
    String[] names = {"email", "", "first_name", "Grace", "last_name", "Hopper"};
    assertEquals(303, named.post("/account", names).statusCode());
    assertTrue(named.get("/account").body().contains("Grace"));
  }

  @Test
  void the_export_contains_the_name_used_by_the_proxy() {
    Visitor named = new Visitor(server.baseUrl()).addHeader(HEADER, "Katherine");
    JsonObject identity =
        new Archive(named.download("/account/export")).list("identities.json").get(0);
    assertEquals("proxy", identity.getString("issuer"));
    assertEquals("katherine", identity.getString("subject"));
  }

  /** The proxy adds the name to every request of a person's browser, whichever site caused it. */
  @Test
  void a_page_on_another_site_reads_and_changes_nothing_for_a_named_person() {
    JsonObject body = new JsonObject().put("name", "import").put("expires_in_days", 1);
    Visitor program = new Visitor(server.baseUrl()).addHeader(HEADER, "dorothy");
    assertEquals(201, program.jsonOfProgram("POST", "/api/v1/tokens", body).statusCode());
    assertEquals(201, program.json("POST", "/api/v1/tokens", body).statusCode());
    Visitor listed =
        new Visitor(server.baseUrl())
            .addHeader(HEADER, "dorothy")
            .addHeader("Origin", "https://intranet.example");
    assertEquals(403, listed.jsonOfProgram("POST", "/api/v1/tokens", body).statusCode());
    assertEquals(401, listed.get("/api/v1/me").statusCode(), "only a token is for other origins");
    assertEquals(
        200, listed.get("/api/v1/me", "Sec-Fetch-Site", "same-origin").statusCode(), "our own");
    Visitor nobody = new Visitor(server.baseUrl()).addHeader("Origin", "https://intranet.example");
    assertEquals(401, nobody.jsonOfProgram("POST", "/api/v1/tokens", body).statusCode());
    Visitor token = new Visitor(server.baseUrl()).withToken("bad").addHeader(HEADER, "dorothy");
    assertEquals(401, token.jsonOfProgram("POST", "/api/v1/tokens", body).statusCode());
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
