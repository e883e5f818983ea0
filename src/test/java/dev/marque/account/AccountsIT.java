package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccountsIT {

  private final ClockedServer server = ClockedServer.shared();

  private HttpResponse<String> create(JsonObject account) {
    return server.visitor().json("POST", "/api/v1/users", account);
  }

  private static void assertProblem(int status, String field, HttpResponse<String> answer) {
    assertEquals(status, answer.statusCode(), answer.body());
    assertTrue(answer.headers().firstValue("Content-Type").orElse("").contains("problem+json"));
    JsonArray errors = new JsonObject(answer.body()).getJsonArray("errors");
    assertTrue(
        errors.stream().anyMatch(error -> ((JsonObject) error).getString("field").equals(field)),
        answer.body());
  }

  @Test
  void a_new_account_shows_everything_but_the_password() {
    String username = ClockedServer.newName();
    HttpResponse<String> created = create(ClockedServer.account(username));
    assertEquals(201, created.statusCode());
    JsonObject account = new JsonObject(created.body());
    assertEquals(username, account.getString("username"));
    assertEquals("user", account.getString("role"));
    assertFalse(created.body().contains("argon"), created.body());
    assertFalse(created.body().contains(ClockedServer.PASSWORD), created.body());
  }

  @Test
  void a_role_in_the_sign_up_is_rejected_and_no_account_is_created() {
    String username = ClockedServer.newName();
    assertProblem(422, "role", create(ClockedServer.account(username).put("role", "admin")));
    assertEquals(400, server.token(username, ClockedServer.PASSWORD).statusCode());
  }

  @Test
  void a_role_in_the_form_changes_nothing() {
    Visitor browser = server.visitor();
    String username = ClockedServer.newName();
    HttpResponse<String> created = ClockedServer.signUp(browser, username, "role", "admin");
    assertEquals(303, created.statusCode(), created.body());
    assertEquals(403, browser.get("/admin/users").statusCode());
  }

  @Test
  void a_taken_user_name_and_a_taken_email_are_conflicts_ignoring_case() {
    String username = server.newAccount();
    JsonObject sameName =
        ClockedServer.account(username.toUpperCase(java.util.Locale.ROOT))
            .put("email", "x" + username + "@example.org");
    assertProblem(409, "username", create(sameName));
    JsonObject sameAddress =
        ClockedServer.account(ClockedServer.newName())
            .put("email", username.toUpperCase(java.util.Locale.ROOT) + "@example.org");
    assertProblem(409, "email", create(sameAddress));
    HttpResponse<String> form =
        server
            .visitor()
            .post(
                "/signup",
                "username",
                username,
                "email",
                "y" + username + "@example.org",
                "first_name",
                "Ada",
                "last_name",
                "L",
                "password",
                ClockedServer.PASSWORD);
    assertEquals(409, form.statusCode());
    assertTrue(form.body().contains("Another account has this user name."));
    assertTrue(form.body().contains("value=\"" + username + "\""), "entered values are kept");
    assertFalse(form.body().contains(ClockedServer.PASSWORD), "except the password");
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 129})
  void passwords_of_7_and_of_129_characters_are_rejected(int length) {
    String username = ClockedServer.newName();
    JsonObject account = ClockedServer.account(username).put("password", "x".repeat(length));
    assertProblem(422, "password", create(account));
  }

  @Test
  void a_common_password_is_rejected_with_the_reason() {
    HttpResponse<String> answer =
        create(ClockedServer.account(ClockedServer.newName()).put("password", "iloveyou"));
    assertProblem(422, "password", answer);
    assertTrue(answer.body().contains("10,000"), answer.body());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"username\":\"x\"} | email first_name last_name password username",
        "{\"username\":\"valid\",\"email\":1,\"first_name\":\"A\",\"last_name\":\"B\","
            + "\"password\":\"short\",\"role\":\"admin\"} | role email password",
      })
  void every_invalid_field_is_named_once(String body, String fields) {
    HttpResponse<String> answer = create(new JsonObject(body));
    assertEquals(422, answer.statusCode(), answer.body());
    assertEquals(
        List.of(fields.split(" ")),
        new JsonObject(answer.body())
            .getJsonArray("errors").stream()
                .map(error -> ((JsonObject) error).getString("field"))
                .toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"username\":1}",
        "{\"username\":null}",
        "{}",
        "{\"role\":\"admin\"}",
        "{\"username\":[\"a\"]}"
      })
  void fields_that_are_not_text_are_named(String body) {
    assertProblem(422, "username", create(new JsonObject(body)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"' OR 1=1 --", "ada\u0000", "%27", "\uD83D\uDE97", "<script>"})
  void malformed_user_names_cannot_sign_in(String username) {
    HttpResponse<String> answer = server.token(username, ClockedServer.PASSWORD);
    assertEquals(400, answer.statusCode(), answer.body());
    assertEquals("invalid_grant", new JsonObject(answer.body()).getString("error"));
  }

  @Test
  void wrong_password_and_unknown_user_get_the_same_response() {
    HttpResponse<String> wrong = server.token(server.newAccount(), "not the one");
    HttpResponse<String> unknown = server.token(ClockedServer.newName(), "not the one");
    assertEquals(400, wrong.statusCode());
    assertEquals(wrong.statusCode(), unknown.statusCode());
    assertEquals(wrong.body(), unknown.body());
    HttpResponse<String> form =
        ClockedServer.signIn(server.visitor(), server.newAccount(), "not the one");
    assertEquals(401, form.statusCode());
    assertTrue(form.headers().firstValue("WWW-Authenticate").isPresent());
    assertTrue(form.body().contains("user name or password is incorrect"));
  }

  @Test
  void the_token_endpoint_follows_rfc_6749() {
    Visitor program = server.visitor();
    assertError("invalid_request", program.post("/api/v1/token", "username", "ada"));
    assertError("invalid_request", program.post("/api/v1/token", "grant_type", "password"));
    assertError("invalid_request", program.post("/api/v1/token", "grant_type", "refresh_token"));
    assertError("invalid_request", program.post("/api/v1/token", "grant_type", ""));
    assertError(
        "invalid_request",
        program.post("/api/v1/token", "grant_type", "refresh_token", "refresh_token", ""));
    assertError("invalid_request", server.token(ClockedServer.ADMINISTRATOR, ""));
    assertError("invalid_request", server.token("", ClockedServer.PASSWORD));
    assertError("unsupported_grant_type", program.post("/api/v1/token", "grant_type", "magic"));
    assertError(
        "invalid_request",
        program.post("/api/v1/token", "grant_type", "password", "grant_type", "password"));
    assertError(
        "invalid_request",
        program.json("POST", "/api/v1/token", new JsonObject().put("grant_type", "password")));
    assertError(
        "invalid_grant",
        program.post("/api/v1/token", "grant_type", "refresh_token", "refresh_token", "x"));
  }

  private static void assertError(String error, HttpResponse<String> answer) {
    assertEquals(400, answer.statusCode(), answer.body());
    assertEquals(error, new JsonObject(answer.body()).getString("error"));
    assertEquals("no-store", answer.headers().firstValue("Cache-Control").orElse(""));
  }

  @Test
  void after_ten_failures_further_attempts_wait_but_sessions_and_others_do_not() {
    String username = server.newAccount();
    Visitor browser = server.signedIn(username);
    for (int i = 0; i < 10; i++) {
      assertEquals(400, server.token(username, "wrong " + i).statusCode());
    }
    HttpResponse<String> slowed = server.token(username, ClockedServer.PASSWORD);
    assertEquals(429, slowed.statusCode());
    long wait = slowed.headers().firstValueAsLong("Retry-After").orElse(0);
    assertTrue(wait >= 1 && wait <= 10, "waits " + wait);
    HttpResponse<String> form =
        ClockedServer.signIn(server.visitor(), username, ClockedServer.PASSWORD);
    assertEquals(429, form.statusCode());
    assertTrue(form.headers().firstValue("Retry-After").isPresent());
    assertEquals(200, browser.get("/account").statusCode());
    assertEquals(200, server.token(server.newAccount(), ClockedServer.PASSWORD).statusCode());
    server.clock.advance(Duration.ofSeconds(wait));
    assertEquals(200, server.token(username, ClockedServer.PASSWORD).statusCode());
    assertEquals(400, server.token(username, "wrong again").statusCode(), "reset by the success");
  }

  /** For example scripts that all start on the hour, behind one address. */
  @Test
  void any_number_of_concurrent_correct_passwords_sign_in() {
    String username = server.newAccount();
    assertEquals(
        Map.of(200, 20L),
        concurrently(20, () -> server.token(username, ClockedServer.PASSWORD).statusCode()));
  }

  @Test
  void concurrent_guesses_get_no_further_than_sequential_ones() {
    String username = server.newAccount();
    assertEquals(
        Map.of(400, 10L, 429, 15L),
        concurrently(25, () -> server.token(username, "wrong").statusCode()));
  }

  private static Map<Integer, Long> concurrently(int times, Supplier<Integer> request) {
    ExecutorService clients = Executors.newFixedThreadPool(times);
    try {
      List<CompletableFuture<Integer>> answers =
          Stream.generate(() -> CompletableFuture.supplyAsync(request, clients))
              .limit(times)
              .toList();
      return answers.stream()
          .map(CompletableFuture::join)
          .collect(Collectors.groupingBy(status -> status, Collectors.counting()));
    } finally {
      clients.shutdown();
    }
  }

  @Test
  void the_audit_log_has_a_slowdown_once_and_no_entry_per_rejected_attempt() {
    String username = server.newAccount();
    for (int i = 0; i < 10; i++) {
      assertEquals(400, server.token(username, "wrong " + i).statusCode());
    }
    for (int i = 0; i < 5; i++) {
      assertEquals(429, server.token(username, "wrong again").statusCode());
    }
    Visitor administrator = server.signedIn(ClockedServer.ADMINISTRATOR);
    assertEquals(1, audited(administrator, username, "sign_in_slowed"));
    assertEquals(10, audited(administrator, username, "sign_in_refused"));
    assertEquals(422, administrator.get("/admin/audit?event=bogus").statusCode());
  }

  @Test
  void each_change_of_an_account_is_audited_once() {
    String username = server.newAccount();
    Visitor browser = server.signedIn(username);
    profile(browser, "new" + username + "@example.org", "Ada", ClockedServer.PASSWORD);
    browser.download("/account/export");
    String[] passwords = {
      "current_password", ClockedServer.PASSWORD, "password", "another horse battery"
    };
    browser.post("/account/password", passwords);
    browser.post("/logout");
    Visitor administrator = server.signedIn(ClockedServer.ADMINISTRATOR);
    for (String disabled : List.of("true", "false")) {
      administrator.post("/admin/users/" + username + "/disabled", "disabled", disabled);
    }
    for (String event :
        List.of(
            "signed_up",
            "signed_in",
            "email_changed",
            "data_exported",
            "password_changed",
            "signed_out",
            "account_disabled",
            "account_enabled")) {
      assertEquals(1, audited(administrator, username, event), event);
    }
    assertEquals(1, audited(administrator, ClockedServer.ADMINISTRATOR, "administrator_set_up"));
  }

  private static int audited(Visitor administrator, String username, String event) {
    String page = administrator.get("/admin/audit?q=" + username + "&event=" + event).body();
    return Jsoup.parse(page).select("tbody tr").size();
  }

  @Test
  void the_wait_doubles() {
    String username = server.newAccount();
    for (int i = 0; i < 10; i++) {
      assertEquals(400, server.token(username, "wrong").statusCode());
    }
    long before = 0;
    for (int i = 0; i < 4; i++) {
      HttpResponse<String> slowed = server.token(username, "wrong");
      assertEquals(429, slowed.statusCode());
      long wait = slowed.headers().firstValueAsLong("Retry-After").orElse(0);
      assertTrue(wait > before * 3 / 2, wait + " after " + before);
      before = wait;
      server.clock.advance(Duration.ofSeconds(wait));
      assertEquals(400, server.token(username, "wrong").statusCode());
    }
  }

  @Test
  void signed_out_people_are_redirected_to_sign_in_and_back() {
    Visitor browser = server.visitor();
    assertEquals(
        "/login?next=%2Faccount%3Fa%3Db",
        browser.get("/account?a=b").headers().firstValue("Location").orElse(""));
    HttpResponse<String> fragment = browser.get("/account", "HX-Request", "true");
    assertEquals(401, fragment.statusCode());
    assertTrue(fragment.headers().firstValue("HX-Redirect").isPresent());
    assertTrue(fragment.headers().firstValue("WWW-Authenticate").isPresent());
    String username = server.newAccount();
    HttpResponse<String> back =
        ClockedServer.signIn(browser, username, ClockedServer.PASSWORD, "next", "/account?a=b");
    assertEquals("/account?a=b", back.headers().firstValue("Location").orElse(""));
  }

  @ParameterizedTest
  @CsvSource({
    "https://marque.example/account?done=profile, /login?ended=1&next=%2Faccount",
    "https://marque.example/login, /login?ended=1",
    "not a URL, /login?ended=1"
  })
  void a_form_sent_after_the_session_ended_leads_back_to_its_page(String page, String signIn) {
    Visitor browser = server.visitor().addHeader("Referer", page);
    HttpResponse<String> answer = browser.post("/account", "first_name", "Ada");
    assertEquals(signIn, answer.headers().firstValue("Location").orElse(""));
    assertTrue(browser.get(signIn).body().contains("it was not saved"));
  }

  @Test
  void a_browser_that_drops_the_cookies_of_a_frame_is_told_why_it_is_not_signed_in() {
    String username = server.newAccount();
    Visitor browser = server.visitor();
    String form = "/login?embed=1&next=/history";
    String[] fields = {"username", username, "password", ClockedServer.PASSWORD};
    String location = browser.post(form, fields).headers().firstValue("Location").orElse("");
    assertEquals("/login?signed_in=1&next=%2Fhistory&embed=1", location);
    assertEquals(
        "/history?embed=1", browser.get(location).headers().firstValue("Location").orElse(""));
    browser.cookies().clear();
    HttpResponse<String> explained = browser.get(location);
    assertEquals(200, explained.statusCode());
    assertTrue(explained.body().contains("your browser stores no cookies"), explained.body());
    assertFalse(browser.get("/login?embed=1").body().contains("cookies"));
  }

  @Test
  void a_form_without_the_field_uses_the_query_parameter() {
    String username = server.newAccount();
    HttpResponse<String> in =
        server
            .visitor()
            .post("/login?next=/history", "username", username, "password", ClockedServer.PASSWORD);
    assertEquals("/history", in.headers().firstValue("Location").orElse(""));
    HttpResponse<String> refused = server.visitor().post("/signup?next=/history", "username", "a");
    assertTrue(refused.body().contains("name=\"next\" value=\"/history\""), refused.body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://evil.example", "//evil.example", "/\\evil.example", "///e.com"})
  void sign_in_never_redirects_to_another_site(String next) {
    HttpResponse<String> answer =
        ClockedServer.signIn(
            server.visitor(), server.newAccount(), ClockedServer.PASSWORD, "next", next);
    assertEquals("/", answer.headers().firstValue("Location").orElse(""));
  }

  @Test
  void the_owner_changes_names_freely_and_the_email_with_the_password() {
    String username = server.newAccount();
    Visitor browser = server.signedIn(username);
    String mail = username + "@example.org";
    assertEquals(303, profile(browser, mail, "Augusta Ada", "").statusCode());
    assertTrue(browser.get("/api/v1/me").body().contains("Augusta Ada"));
    HttpResponse<String> refused = profile(browser, "new" + mail, "Ada", "wrong password");
    assertEquals(422, refused.statusCode());
    assertTrue(refused.body().contains("That is not your password."));
    assertEquals(303, profile(browser, "new" + mail, "Ada", ClockedServer.PASSWORD).statusCode());
    assertTrue(browser.get("/api/v1/me").body().contains("new" + mail));
  }

  private static HttpResponse<String> profile(
      Visitor browser, String email, String firstName, String password) {
    return browser.post(
        "/account",
        "email",
        email,
        "first_name",
        firstName,
        "last_name",
        "Lovelace",
        "current_password",
        password);
  }

  @Test
  void the_export_is_a_zip_of_the_stored_data() {
    HttpResponse<String> zip = server.signedIn(server.newAccount()).get("/account/export");
    assertEquals(200, zip.statusCode());
    assertEquals("application/zip", zip.headers().firstValue("Content-Type").orElse(""));
    assertTrue(zip.body().startsWith("PK") && zip.body().contains("account.json"));
  }

  @Test
  void the_export_has_all_data_of_the_person_and_none_of_an_administrator() {
    String username = server.newAccount();
    Visitor browser = server.signedIn(username);
    browser.post("/account/tokens", "name", "import", "expires_in_days", "30");
    Visitor administrator = server.signedIn(ClockedServer.ADMINISTRATOR);
    String path = "/admin/users/" + username + "/role";
    assertEquals(303, administrator.post(path, "role", "admin").statusCode());
    assertEquals(303, administrator.post(path, "role", "user").statusCode());

    Archive archive = new Archive(browser.download("/account/export"));
    assertEquals(username, archive.object("account.json").getString("username"));
    assertEquals("127.0.0.1", archive.list("sessions.json").get(0).getString("address"));
    assertEquals("import", archive.list("tokens.json").get(0).getString("name"));
    assertEquals(List.of(), archive.list("identities.json"));
    Map<String, String> addresses = new HashMap<>();
    archive
        .list("events.json")
        .forEach(event -> addresses.put(event.getString("event"), event.getString("address")));
    assertEquals("127.0.0.1", addresses.get("signed_up"));
    assertEquals("127.0.0.1", addresses.get("signed_in"));
    assertTrue(addresses.containsKey("role_changed"), addresses.toString());
    assertNull(addresses.get("role_changed"), "it is the administrator's");
  }

  @Test
  void an_account_is_deleted_by_its_owner_with_the_password() {
    String username = server.newAccount();
    String token = server.tokens(username).getString("access_token");
    Visitor browser = server.signedIn(username);
    assertEquals(422, browser.post("/account/delete", "current_password", "wrong").statusCode());
    HttpResponse<String> deleted =
        browser.post("/account/delete", "current_password", ClockedServer.PASSWORD);
    assertEquals(303, deleted.statusCode(), deleted.body());
    String page = browser.get(deleted.headers().firstValue("Location").orElseThrow()).body();
    assertTrue(page.contains("Your account has been deleted."), page);
    assertEquals(401, server.me(token));
    assertEquals(400, server.token(username, ClockedServer.PASSWORD).statusCode());
    assertEquals(201, create(ClockedServer.account(username)).statusCode(), "the name is free");
  }
}
