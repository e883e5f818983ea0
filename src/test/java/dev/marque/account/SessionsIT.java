package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.junit.jupiter.api.Test;

class SessionsIT {

  private static final String ACCESS = "marque_access";
  private static final String REFRESH = "marque_refresh";

  private final ClockedServer server = ClockedServer.shared();

  private String refreshToken(HttpResponse<String> answer) {
    assertEquals(200, answer.statusCode(), answer.body());
    return new JsonObject(answer.body()).getString("refresh_token");
  }

  private void assertInvalidGrant(HttpResponse<String> answer) {
    assertEquals(400, answer.statusCode());
    assertEquals("invalid_grant", new JsonObject(answer.body()).getString("error"));
  }

  @Test
  void a_refresh_token_rotates_and_may_be_reused_within_30_seconds() {
    String first = server.tokens(server.newAccount()).getString("refresh_token");
    String second = refreshToken(server.refresh(first));
    assertNotEquals(first, second);
    server.clock.advance(Duration.ofSeconds(29));
    assertNotEquals(second, refreshToken(server.refresh(first)));
  }

  @Test
  void reuse_after_the_grace_period_ends_the_session_for_thief_and_owner() {
    JsonObject tokens = server.tokens(server.newAccount());
    String first = tokens.getString("refresh_token");
    HttpResponse<String> refreshed = server.refresh(first);
    String second = refreshToken(refreshed);
    String access = new JsonObject(refreshed.body()).getString("access_token");
    assertEquals(200, server.me(access));
    server.clock.advance(Duration.ofSeconds(31));
    assertInvalidGrant(server.refresh(first));
    assertInvalidGrant(server.refresh(second));
    assertEquals(401, server.me(access));
    Visitor administrator = server.signedIn(ClockedServer.ADMINISTRATOR);
    assertTrue(
        administrator
            .get("/admin/audit")
            .body()
            .contains("<span>Refresh token reused, session ended</span>"));
  }

  @Test
  void a_copy_used_within_the_grace_period_is_detected_too() {
    String first = server.tokens(server.newAccount()).getString("refresh_token");
    String owner = refreshToken(server.refresh(first));
    String thief = refreshToken(server.refresh(first));
    server.clock.advance(Duration.ofSeconds(40));
    String ownersNext = refreshToken(server.refresh(thief));
    server.clock.advance(Duration.ofSeconds(40));
    assertInvalidGrant(server.refresh(owner));
    assertInvalidGrant(server.refresh(ownersNext));
  }

  @Test
  void a_page_request_silently_refreshes_an_expired_access_token() {
    Visitor browser = server.signedIn(server.newAccount());
    String refresh = browser.cookies().get(REFRESH);
    server.clock.advance(Duration.ofMinutes(11));
    assertEquals(200, browser.get("/account").statusCode());
    assertNotEquals(refresh, browser.cookies().get(REFRESH));
    browser.cookies().remove(ACCESS);
    assertEquals(200, browser.get("/account").statusCode());
    assertTrue(browser.cookies().containsKey(ACCESS));
  }

  @Test
  void two_tabs_that_refresh_the_tokens_at_once_stay_signed_in() {
    Visitor first = server.signedIn(server.newAccount());
    Visitor second = first.copy();
    server.clock.advance(Duration.ofMinutes(11));
    assertEquals(200, first.get("/account").statusCode());
    assertEquals(200, second.get("/account").statusCode());
    // They share one cookie jar: the cookies of the later response are those of both.
    server.clock.advance(Duration.ofMinutes(11));
    assertEquals(200, second.get("/account").statusCode());
    assertEquals(200, second.copy().get("/account").statusCode());
  }

  @Test
  void many_tabs_that_refresh_the_tokens_concurrently_stay_signed_in() {
    Visitor browser = server.signedIn(server.newAccount());
    server.clock.advance(Duration.ofMinutes(11));
    List<Visitor> tabs = Stream.generate(browser::copy).limit(8).toList();
    List<CompletableFuture<Integer>> answers =
        tabs.stream()
            .map(tab -> CompletableFuture.supplyAsync(() -> tab.get("/account").statusCode()))
            .toList();
    answers.forEach(answer -> assertEquals(200, answer.join()));
    server.clock.advance(Duration.ofMinutes(11));
    // The browser has the cookies of the response that came last, whichever that is.
    tabs.forEach(tab -> assertEquals(200, tab.copy().get("/account").statusCode()));
  }

  @Test
  void setting_the_clock_back_locks_nobody_out() {
    String username = server.newAccount();
    Visitor browser = server.signedIn(username);
    server.clock.advance(Duration.ofHours(-1));
    try {
      assertEquals(200, browser.get("/account").statusCode());
      JsonObject tokens = server.tokens(username);
      assertEquals(200, server.me(tokens.getString("access_token")));
      HttpResponse<String> refreshed = server.refresh(tokens.getString("refresh_token"));
      assertEquals(200, refreshed.statusCode(), refreshed.body());
      assertEquals(200, server.me(new JsonObject(refreshed.body()).getString("access_token")));
      String created = server.newAccount();
      assertEquals(200, server.me(server.tokens(created).getString("access_token")));
    } finally {
      server.clock.advance(Duration.ofHours(1));
    }
    assertEquals(200, browser.get("/account").statusCode());
  }

  @Test
  void signing_up_while_signed_in_ends_the_previous_session() {
    Visitor browser = server.signedIn(server.newAccount());
    String previous = browser.cookies().get(ACCESS);
    String username = ClockedServer.newName();
    HttpResponse<String> created = ClockedServer.signUp(browser, username);
    assertEquals(303, created.statusCode(), created.body());
    assertEquals(401, server.me(previous));
    assertEquals(200, server.me(browser.cookies().get(ACCESS)));
  }

  @Test
  void a_session_ends_after_30_minutes_without_use() {
    Visitor browser = server.signedIn(server.newAccount());
    server.clock.advance(Duration.ofMinutes(29));
    assertEquals(200, browser.get("/account").statusCode());
    server.clock.advance(Duration.ofMinutes(31));
    HttpResponse<String> led = browser.get("/account");
    assertEquals(303, led.statusCode());
    assertEquals("/login?next=%2Faccount", led.headers().firstValue("Location").orElse(""));
    assertTrue(browser.cookies().isEmpty(), "invalid cookies are deleted");
  }

  @Test
  void a_session_ends_after_12_hours_despite_use() {
    Visitor browser = server.signedIn(server.newAccount());
    for (int minutes = 0; minutes < 12 * 60 - 25; minutes += 25) {
      assertEquals(200, browser.get("/account").statusCode());
      server.clock.advance(Duration.ofMinutes(25));
    }
    server.clock.advance(Duration.ofMinutes(25));
    assertEquals(303, browser.get("/account").statusCode());
  }

  @Test
  void keep_me_signed_in_lasts_30_days_and_no_longer() {
    Visitor browser = server.signedIn(server.newAccount(), "remember", "true");
    server.clock.advance(Duration.ofDays(29));
    assertEquals(200, browser.get("/account").statusCode());
    server.clock.advance(Duration.ofDays(2));
    assertEquals(303, browser.get("/account").statusCode());
  }

  @Test
  void the_cookies_are_same_site_and_http_only() {
    Visitor browser = server.visitor();
    String username = server.newAccount();
    List<String> cookies =
        ClockedServer.signIn(browser, username, ClockedServer.PASSWORD)
            .headers()
            .allValues("Set-Cookie");
    assertEquals(2, cookies.size());
    for (String cookie : cookies) {
      assertTrue(cookie.contains("; Path=/; "), cookie);
      assertTrue(cookie.contains("; HttpOnly"), cookie);
      assertTrue(cookie.contains("; SameSite=Lax"), cookie);
    }
    assertTrue(cookies.get(1).startsWith(REFRESH) && !cookies.get(1).contains("Max-Age"));
  }

  @Test
  void sign_out_ends_the_session_at_once_for_every_copy_of_its_tokens() {
    Visitor browser = server.signedIn(server.newAccount());
    Visitor stolen = browser.copy();
    String access = browser.cookies().get(ACCESS);
    assertEquals(200, server.me(access));
    assertEquals(303, browser.post("/logout").statusCode());
    assertTrue(browser.cookies().isEmpty());
    assertEquals(401, server.me(access));
    assertEquals(303, stolen.get("/account").statusCode());
  }

  @Test
  void changing_the_password_ends_every_other_session_at_once() {
    String username = server.newAccount();
    String program = server.tokens(username).getString("access_token");
    Visitor other = server.signedIn(username);
    Visitor browser = server.signedIn(username);
    assertEquals(200, server.me(program));
    server.clock.advance(Duration.ofSeconds(2));
    String before = browser.cookies().get(ACCESS);
    ClockedServer.changePassword(browser);
    assertEquals(401, server.me(program));
    assertEquals(401, server.me(before), "tokens from before the change");
    assertEquals(303, other.get("/account").statusCode());
    assertEquals(200, browser.get("/account").statusCode());
    assertEquals(400, server.token(username, ClockedServer.PASSWORD).statusCode());
    assertEquals(200, server.token(username, "another horse battery").statusCode());
  }

  @Test
  void changing_the_password_replaces_this_sessions_tokens() {
    String username = server.newAccount();
    Visitor browser = server.signedIn(username, "remember", "true");
    String first = browser.cookies().get(REFRESH);
    server.clock.advance(Duration.ofMinutes(11));
    assertEquals(200, browser.get("/account").statusCode());
    String second = browser.cookies().get(REFRESH);
    HttpResponse<String> changed = ClockedServer.changePassword(browser);
    assertTrue(
        changed.headers().allValues("Set-Cookie").stream()
            .anyMatch(cookie -> cookie.startsWith(REFRESH) && cookie.contains("Max-Age=2592000")),
        "still remembered");
    assertInvalidGrant(server.refresh(second));
    assertInvalidGrant(server.refresh(first));
    assertEquals(200, browser.get("/account").statusCode());
    server.clock.advance(Duration.ofDays(20));
    assertEquals(200, browser.get("/account").statusCode(), "with the new refresh token");
  }

  @Test
  void requests_sent_before_a_password_change_do_not_delete_the_new_cookies() {
    Visitor browser = server.signedIn(server.newAccount());
    Visitor late = browser.copy();
    server.clock.advance(Duration.ofMinutes(11));
    ClockedServer.changePassword(browser);
    HttpResponse<String> fragment = late.get("/history", "HX-Request", "true");
    assertEquals(401, fragment.statusCode());
    assertEquals(List.of(), fragment.headers().allValues("Set-Cookie"));
    HttpResponse<String> api = late.get("/api/v1/me");
    assertEquals(401, api.statusCode());
    assertEquals(List.of(), api.headers().allValues("Set-Cookie"));
    HttpResponse<String> image = late.get("/predictions/x/photo.jpg", "Sec-Fetch-Dest", "image");
    assertEquals(List.of(), image.headers().allValues("Set-Cookie"));
    assertEquals(2, late.get("/history").headers().allValues("Set-Cookie").size());
    assertTrue(late.cookies().isEmpty(), "the next page deletes invalid cookies");
  }

  @Test
  void only_their_owner_lists_and_ends_sessions() {
    String username = server.newAccount();
    Visitor browser = server.signedIn(username);
    Visitor other = server.signedIn(username);
    Visitor stranger = server.signedIn(server.newAccount());
    String session = claims(other.cookies().get(ACCESS)).getString("sid");
    assertTrue(browser.get("/account").body().contains(session));
    assertEquals(404, stranger.post("/account/sessions/end", "session", session).statusCode());
    assertEquals(200, other.get("/account").statusCode());
    assertEquals(303, browser.post("/account/sessions/end", "session", session).statusCode());
    assertEquals(303, other.get("/account").statusCode());
  }

  @Test
  void ended_sessions_are_audited() {
    String username = server.newAccount();
    Visitor browser = server.signedIn(username);
    Visitor administrator = server.signedIn(ClockedServer.ADMINISTRATOR);
    browser.post("/account/sessions/end", "session", UUID.randomUUID().toString());
    browser.post("/account/sessions/end", "session", "others");
    assertEquals(0, ended(administrator, username), "there was none");
    String session = claims(server.signedIn(username).cookies().get(ACCESS)).getString("sid");
    assertEquals(303, browser.post("/account/sessions/end", "session", session).statusCode());
    assertEquals(1, ended(administrator, username));
    Visitor other = server.signedIn(username);
    HttpResponse<String> ended = browser.post("/account/sessions/end", "session", "others");
    assertEquals("/account?done=sessions", ended.headers().firstValue("Location").orElse(""));
    assertEquals(2, ended(administrator, username));
    assertEquals(303, other.get("/account").statusCode());
  }

  private static int ended(Visitor administrator, String username) {
    String path = "/admin/audit?event=session_ended&q=" + username;
    return Jsoup.parse(administrator.get(path).body()).select("tbody tr").size();
  }

  /** Browsers send this after a proxy in front has asked for a password of its own. */
  @Test
  void basic_authorization_for_a_proxy_leaves_the_session_unaffected() {
    Visitor browser = server.signedIn(server.newAccount());
    assertEquals(200, browser.get("/account", "Authorization", "Basic YTpi").statusCode());
    assertEquals(200, browser.get("/api/v1/me", "Authorization", "Basic YTpi").statusCode());
    assertEquals(401, browser.get("/api/v1/me", "Authorization", "Bearer YTpi").statusCode());
    assertEquals(
        401, server.visitor().get("/api/v1/me", "Authorization", "Basic YTpi").statusCode());
  }

  @Test
  void refresh_and_access_tokens_are_not_interchangeable() {
    JsonObject tokens = server.tokens(server.newAccount());
    assertEquals(401, server.me(tokens.getString("refresh_token")));
    assertInvalidGrant(server.refresh(tokens.getString("access_token")));
    assertEquals(200, server.me(tokens.getString("access_token")));
  }

  private static JsonObject claims(String token) {
    return new JsonObject(
        io.vertx.core.buffer.Buffer.buffer(
            java.util.Base64.getUrlDecoder().decode(token.split("\\.", -1)[1])));
  }
}
