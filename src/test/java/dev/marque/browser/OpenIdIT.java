package dev.marque.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.Cookie;
import dev.marque.app.RunningServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.OAuth2Config;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests sign-in with an OpenID Connect provider, whose page asks for the subject and its claims.
 */
class OpenIdIT {

  private static MockOAuth2Server provider;
  private static RunningServer server;

  @BeforeAll
  static void start() throws IOException {
    PlaywrightAssertions.setDefaultAssertionTimeout(Steps.TIMEOUT_MILLIS);
    provider = new MockOAuth2Server(new OAuth2Config(true));
    provider.start();
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    server =
        RunningServer.start(
            Map.of(
                "marque.http.port", Integer.toString(port),
                "marque.public-url", "http://localhost:" + port,
                "marque.sso.oidc.issuer", provider.issuerUrl("staff").toString(),
                "marque.sso.oidc.client-id", "marque",
                "marque.sso.oidc.client-secret", "test-secret",
                "marque.sso.oidc.name", "Example Login",
                "marque.sso.oidc.role-claim", "groups",
                "marque.sso.oidc.admin-role", "cars-admin"));
    // A second administrator, because the last one keeps the role.
    server.administrator();
    // The provider generates its keys for the first response, which is slow on a busy machine.
    given().redirects().follow(false).get(server.baseUrl() + "/login/oidc").then().statusCode(303);
  }

  @AfterAll
  static void stop() {
    server.close();
    provider.shutdown();
  }

  @Test
  void the_first_sign_in_creates_an_account_and_opens_the_requested_page() {
    String subject = "subject-" + UUID.randomUUID();
    JsonObject claims =
        new JsonObject()
            .put("preferred_username", "ada." + subject.substring(8, 16))
            .put("given_name", "Ada")
            .put("groups", new JsonArray().add("staff").add("cars-admin"));
    try (Window window = Window.desktop(server.baseUrl())) {
      Page page = window.page();
      page.navigate("/history");
      window.checkAccessibility("sign-in with a provider");
      window.screenshot("login-provider");
      signInAtProvider(page, subject, claims);
      assertThat(page).hasURL(server.baseUrl() + "/history");
      assertThat(page.locator(".name .clip")).hasText(claims.getString("preferred_username"));
      assertThat(page.locator("nav").getByText("Admin")).isVisible();

      page.navigate("/account");
      assertThat(page.getByLabel("First name")).hasValue("Ada");
      assertThat(page.getByText("Change password")).hasCount(0);
      window.checkAccessibility("account without a password");

      page.getByText("Sign out", new Page.GetByTextOptions().setExact(true)).click();
      assertThat(page.getByText("You are signed out of Marque.")).isVisible();
      assertThat(page.getByText("Also sign out of Example Login"))
          .hasAttribute("href", "/logout/oidc");

      // No longer in the group: no longer an administrator.
      claims.remove("groups");
      signInAtProvider(page, subject, claims);
      assertThat(page.locator("#upload")).isVisible();
      assertThat(page.locator("nav").getByText("Admin")).hasCount(0);
    }
  }

  @Test
  void a_user_name_that_is_taken_gets_a_suffix() {
    RunningServer.Person person = server.newUser();
    try (Window window = Window.desktop(server.baseUrl())) {
      Page page = window.page();
      page.navigate("/login");
      JsonObject claims =
          new JsonObject()
              .put("preferred_username", person.username())
              .put("email", person.username() + "@example.org")
              .put("email_verified", true);
      signInAtProvider(page, "subject-" + UUID.randomUUID(), claims);
      assertThat(page.locator(".name .clip")).hasText(person.username() + "-2");
    }
  }

  @Test
  void a_callback_without_a_started_sign_in_is_rejected() {
    try (Window window = Window.desktop(server.baseUrl())) {
      Page page = window.page();
      assertEquals(401, page.navigate("/login/oidc/callback?code=c&state=s").status());
      assertThat(page.locator(".summary")).containsText("was started in another window");
    }
  }

  /** The provider's code is valid, so only the comparison with the cookie can reject it. */
  @ParameterizedTest
  @CsvSource({"state, was started in another window", "nonce, did not confirm"})
  void a_response_to_another_attempt_is_rejected(String part, String reason) {
    try (Window window = Window.desktop(server.baseUrl())) {
      Page page = window.page();
      page.navigate("/login");
      page.getByText("Sign in with Example Login").click();
      assertThat(page.locator("[name=claims]")).isVisible();
      changeAttempt(page, part);
      Response callback =
          page.waitForResponse(
              response -> response.url().contains("/login/oidc/callback"),
              () -> submitAtProvider(page, "subject-" + UUID.randomUUID(), new JsonObject()));
      assertEquals(401, callback.status());
      assertThat(page.locator(".summary")).containsText(reason);
      assertEquals(
          List.of(),
          page.context().cookies(server.baseUrl()).stream()
              .map(cookie -> cookie.name)
              .filter(name -> name.startsWith("marque_"))
              .toList());
    }
  }

  @Test
  void denied_access_at_the_provider_leads_back_to_the_sign_in() {
    try (Window window = Window.desktop(server.baseUrl())) {
      Page page = window.page();
      page.navigate("/login?next=/history");
      page.getByText("Sign in with Example Login").click();
      assertThat(page.locator("[name=claims]")).isVisible();
      String state = page.url().replaceAll(".*[?&]state=([^&]*).*", "$1");
      page.navigate("/login/oidc/callback?error=access_denied&state=" + state);
      assertThat(page.locator(".summary")).containsText("did not confirm");
      assertThat(page.locator("input[name=next]")).hasValue("/history");
    }
  }

  private static void signInAtProvider(Page page, String subject, JsonObject claims) {
    page.getByText("Sign in with Example Login").click();
    submitAtProvider(page, subject, claims);
  }

  private static void submitAtProvider(Page page, String subject, JsonObject claims) {
    // Only the provider's form has this field; both pages ask for a user name.
    page.locator("[name=claims]").fill(claims.encode());
    page.locator("input[name=username]").fill(subject);
    page.locator("[type=submit]").click();
  }

  /** Changes a part of the cookie, as if it belonged to another attempt. */
  private static void changeAttempt(Page page, String part) {
    Cookie cookie =
        page.context().cookies(server.baseUrl()).stream()
            .filter(each -> each.name.endsWith("marque_oidc"))
            .findFirst()
            .orElseThrow();
    JsonObject attempt =
        new JsonObject(
            new String(Base64.getUrlDecoder().decode(cookie.value), StandardCharsets.UTF_8));
    attempt.put(part, "another");
    cookie.value =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(attempt.encode().getBytes(StandardCharsets.UTF_8));
    page.context().addCookies(List.of(cookie));
  }
}
