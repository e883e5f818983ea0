package dev.marque.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Frame;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import dev.marque.app.RunningServer;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests the proxy configurations in {@code docs/portal.md} exactly as the page shows them. The test
 * of nginx or Apache is skipped if the program is not installed; {@link PortalIT} tests the same
 * with a proxy of our own.
 */
class DocumentedProxiesIT {

  private static final int PHOTO = 2 << 20;
  private static final int LARGER_THAN_A_PHOTO = 11 << 20;
  private static final int LARGER_THAN_ALL_PHOTOS = 46 << 20;

  @ParameterizedTest
  @EnumSource(DocumentedProxy.Kind.class)
  void marque_works_behind_it_as_a_page_and_in_a_frame(DocumentedProxy.Kind kind)
      throws IOException, InterruptedException {
    assumeTrue(kind.isInstalled(), kind + " is not installed");
    PlaywrightAssertions.setDefaultAssertionTimeout(Steps.TIMEOUT_MILLIS);
    try (DocumentedProxy proxy = new DocumentedProxy(kind);
        HttpsProxy portal = new HttpsProxy();
        RunningServer server = start(proxy, portal)) {
      proxy.forwardTo(URI.create(server.baseUrl()).getPort());
      RunningServer.Person person = server.newUser();
      worksAsAPage(proxy, person);
      portal.page("portal", page(proxy));
      worksInAFrame(proxy, portal, person);
    }
  }

  @ParameterizedTest
  @EnumSource(DocumentedProxy.Kind.class)
  void nobody_but_the_proxy_names_the_user(DocumentedProxy.Kind kind)
      throws IOException, InterruptedException {
    assumeTrue(kind.isInstalled(), kind + " is not installed");
    try (DocumentedProxy proxy = new DocumentedProxy(kind);
        RunningServer server =
            RunningServer.start(
                Map.of(
                    "marque.public-url", proxy.marque(),
                    "marque.proxy.trusted", "127.0.0.1",
                    "marque.signup.enabled", "false",
                    "marque.sso.header.name", "X-Remote-User"))) {
      proxy.signOn();
      proxy.forwardTo(URI.create(server.baseUrl()).getPort());
      to(proxy).get(local(proxy) + "/api/v1/me").then().statusCode(401);
      RequestSpecification forged =
          to(proxy)
              .header(proxy.credentials())
              .header("X-Remote-User", "grace")
              .header("X_Remote_User", "grace");
      if (kind == DocumentedProxy.Kind.NGINX) {
        // The name for which nginx's variable $remote_user stands.
        forged.auth().preemptive().basic("grace", "guessed");
      }
      forged.get(local(proxy) + "/api/v1/me").then().body("username", equalTo("ada"));
      // The photo is none, but it reaches Marque.
      to(proxy)
          .header(proxy.credentials())
          .header("Sec-Fetch-Site", "same-origin")
          .multiPart("image", "photo.jpg", new byte[PHOTO], "image/jpeg")
          .post(local(proxy) + "/api/v1/predictions")
          .then()
          .statusCode(415)
          .contentType(containsString("application/problem+json"));
    }
  }

  private static RequestSpecification to(DocumentedProxy proxy) {
    return given()
        .relaxedHTTPSValidation()
        .header("Host", URI.create(proxy.marque()).getAuthority());
  }

  private static RunningServer start(DocumentedProxy proxy, HttpsProxy portal) {
    return RunningServer.start(
        Map.of(
            "marque.public-url", proxy.marque(),
            "marque.portal.origins", portal.origin("portal"),
            "marque.proxy.trusted", "127.0.0.1"));
  }

  private static String page(DocumentedProxy proxy) {
    return """
        <!DOCTYPE html>
        <html lang="en"><head><title>Portal</title><link rel="icon" href="data:,">
        <script type="module" src="%s/static/embed.js"></script></head>
        <body><h1>Portal</h1><marque-upload theme="dark"></marque-upload>
        <script>
          window.received = [];
          document.addEventListener('marque:prediction', (event) => received.push(event.detail));
        </script></body></html>
        """
        .formatted(proxy.marque());
  }

  private static void worksAsAPage(DocumentedProxy proxy, RunningServer.Person person) {
    try (Window window = Window.desktop(proxy.marque() + "/")) {
      Page page = window.page();
      page.navigate(proxy.marque() + "?theme=dark&embed=1");
      assertThat(page.locator("html")).hasAttribute("data-theme", "dark");
      page.navigate("history");
      assertThat(page).hasURL(Pattern.compile("/cars/login\\?next=%2Fhistory$"));
      Steps.signInHere(page.mainFrame(), person);
      assertThat(page).hasURL(proxy.marque() + "/history");
      page.navigate("");
      Steps.picker(page).setInputFiles(Steps.VOLVO);
      page.getByText("Find the brand").click();
      assertThat(page.locator(".result .scores tbody tr")).hasCount(5);
      assertEquals(
          true,
          page.context().cookies().stream()
              .filter(cookie -> cookie.name.contains("marque_"))
              .allMatch(cookie -> cookie.path.equals("/cars") && cookie.secure));
    }
    to(proxy)
        .header("X-Request-Id", "chosen-by-the-browser")
        .get(local(proxy) + "/login")
        .then()
        .statusCode(200)
        .header("X-Request-Id", not("chosen-by-the-browser"));
    // Marque itself rejects a photo that is too large: its response explains more than a proxy's.
    for (int size : new int[] {LARGER_THAN_A_PHOTO, LARGER_THAN_ALL_PHOTOS}) {
      to(proxy)
          .header("Authorization", "Bearer " + person.token())
          // As curl and other programs send it.
          .header("Expect", "100-continue")
          .contentType("image/jpeg")
          .body(new byte[size])
          .post(local(proxy) + "/api/v1/predictions")
          .then()
          .statusCode(413)
          .contentType(containsString("application/problem+json"));
    }
    // From another site, which a forwarding header of the client cannot turn into Marque's own.
    to(proxy)
        .header("Cookie", "any=one")
        .header("Origin", "https://other.example")
        .header("X-Forwarded-Proto", "https")
        .header("X-Forwarded-Host", "other.example")
        .formParam("username", person.username())
        .post(local(proxy) + "/login")
        .then()
        .statusCode(403);
  }

  private static String local(DocumentedProxy proxy) {
    return proxy.marque().replace("marque.example", "127.0.0.1");
  }

  private static void worksInAFrame(
      DocumentedProxy proxy, HttpsProxy portal, RunningServer.Person person) {
    try (Window window = Window.desktop(portal.origin("portal"))) {
      // Browsers do not let a cross-origin frame take the focus by itself.
      window.expectError("Blocked autofocusing");
      Page page = window.page();
      page.navigate("/");
      page.waitForCondition(
          () -> page.frames().size() == 2 && page.frames().get(1).url().startsWith(proxy.marque()));
      Frame frame = page.frames().get(1);
      frame.getByText("Sign in").first().click();
      Steps.signInHere(frame, person);
      Steps.picker(frame).setInputFiles(Steps.AUDI);
      frame.getByText("Find the brand").click();
      assertThat(frame.locator(".result .scores tbody tr")).hasCount(5);
      page.waitForFunction("received.length > 0");
      // Not waitForFunction: our content security policy forbids evaluating text in the page.
      page.waitForCondition(
          () ->
              (boolean)
                  frame.evaluate(
                      "Math.abs(document.body.getBoundingClientRect().height - innerHeight) <= 1"));
      assertTrue(
          page.context().cookies().stream()
              .filter(cookie -> cookie.name.contains("marque_"))
              .allMatch(cookie -> cookie.partitionKey != null && !cookie.partitionKey.isEmpty()));
    }
  }
}
