package dev.marque.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Frame;
import com.microsoft.playwright.FrameLocator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.SameSiteAttribute;
import dev.marque.app.RunningServer;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Tests Marque behind a reverse proxy with TLS, below a path, and in a frame of a portal on another
 * origin. The browser blocks third-party cookies that are not partitioned.
 */
class PortalIT {

  private static final String EVERY_ADDRESS =
      """
      [...document.querySelectorAll('[href],[src],[action],[hx-get],[hx-post],[data-src],[data-script]')]
        .flatMap(element => ['href', 'src', 'action', 'hx-get', 'hx-post', 'data-src', 'data-script']
          .map(name => element.getAttribute(name)))
        .filter(address => address && !address.startsWith('#') && !address.startsWith('blob:'))
        .filter(address => new URL(address, location).host === location.host)
      """;

  private static HttpsProxy proxy;
  private static RunningServer server;

  @BeforeAll
  static void start() {
    PlaywrightAssertions.setDefaultAssertionTimeout(Steps.TIMEOUT_MILLIS);
    proxy = new HttpsProxy();
    server =
        RunningServer.start(
            Map.of(
                "marque.public-url", proxy.marque(),
                "marque.portal.origins", proxy.origin("portal"),
                "marque.proxy.trusted", "127.0.0.1"));
    proxy.forwardTo(URI.create(server.baseUrl()).getPort());
    proxy.page("portal", portal("lang=\"en\" theme=\"dark\""));
    proxy.page("stranger", portal("lang=\"en\""));
  }

  @AfterAll
  static void stop() {
    server.close();
    proxy.close();
  }

  private static String portal(String attributes) {
    return """
        <!DOCTYPE html>
        <html lang="en"><head><title>Portal</title><link rel="icon" href="data:,">
        <script type="module" src="%s/static/embed.js"></script></head>
        <body><h1>Portal</h1><marque-upload %s></marque-upload>
        <script>
          window.received = [];
          document.addEventListener('marque:prediction', (event) => received.push(event.detail));
        </script></body></html>
        """
        .formatted(proxy.marque(), attributes);
  }

  @Test
  void sign_in_upload_and_result_work_in_the_frame_of_a_portal() {
    RunningServer.Person person = server.newUser();
    try (Window window = Window.desktop(proxy.origin("portal"))) {
      // Browsers do not let a cross-origin frame take the focus by itself.
      window.expectError("Blocked autofocusing");
      Page page = window.page();
      page.navigate("/");
      Frame frame = frame(page);
      assertThat(frame.locator("html")).hasAttribute("data-theme", "dark");
      assertThat(frame.locator("header.top")).hasCount(0);
      frame.getByText("Sign in").first().click();
      frame.getByLabel("User name").fill(person.username());
      frame.locator("#password").fill("not the password");
      frame.locator("main form button[type=submit]").click();
      assertThat(frame.locator(".summary")).isFocused();
      Steps.signInHere(frame, person);
      assertThat(frame.locator("#upload")).isVisible();
      window.screenshot("portal-upload");

      Steps.picker(frame).setInputFiles(Steps.AUDI);
      frame.getByText("Find the brand").click();
      assertThat(frame.locator(".result .scores tbody tr")).hasCount(5);
      String brand = frame.locator(".scores tbody th").first().textContent();
      page.waitForFunction("received.length > 0");
      Object received = page.evaluate("received.map(prediction => prediction.brand)");
      assertEquals(List.of(brand), received);
      checkHeight(page, frame);
      window.screenshot("portal-result");
      window.screenshot("portal");

      frame.locator(".change-k select").selectOption("3");
      assertThat(frame.locator(".result .scores tbody tr")).hasCount(3);
      checkHeight(page, frame);
      frame.getByText("Link to this result").click();
      assertThat(frame.locator(".result .scores tbody tr")).hasCount(5);
      assertThat(frame.locator("html")).hasAttribute("data-theme", "dark");
      frame.locator(".slim").getByText("History").click();
      assertThat(frame.locator(".cards li")).hasCount(1);
      frame.locator(".cards").getByText("Delete", exactly()).click();
      frame.getByText("Undo", exactlyInFrame()).click();
      assertThat(frame.locator(".cards li")).hasCount(1);

      checkCookies(page.context().cookies());
      frame.getByText("Sign out").click();
      assertThat(frame.locator(".front")).isVisible();
      assertEquals(List.of(), proxy.outside());
    }
  }

  @Test
  void the_session_in_a_frame_is_not_valid_outside_the_portal() {
    RunningServer.Person person = server.newUser();
    try (Window window = Window.desktop(proxy.origin("portal"))) {
      Page page = window.page();
      signInInFrame(page, person);
      assertThat(frame(page).locator("#upload")).isVisible();
      page.reload();
      assertThat(frame(page).locator("#upload")).isVisible();
      page.navigate(proxy.marque());
      assertThat(page.locator(".front")).isVisible();
    }
  }

  @Test
  void a_session_from_before_the_portal_was_configured_does_not_hide_the_new_one() {
    RunningServer.Person person = server.newUser();
    try (Window window = Window.desktop(proxy.marque() + "/")) {
      Page page = window.page();
      page.context()
          .addCookies(List.of(unpartitioned("marque_access"), unpartitioned("marque_refresh")));
      page.navigate("login");
      Steps.signInHere(page.mainFrame(), person);
      assertThat(page.locator("#upload")).isVisible();
      page.reload();
      assertThat(page.locator("#upload")).isVisible();
    }
  }

  private static Cookie unpartitioned(String name) {
    return new Cookie("__Secure-" + name, "stale")
        .setDomain(URI.create(proxy.marque()).getHost())
        .setPath(HttpsProxy.PREFIX)
        .setSecure(true)
        .setHttpOnly(true);
  }

  @Test
  void after_a_session_ends_in_the_frame_sign_in_stays_in_the_frame() {
    RunningServer.Person person = server.newUser();
    try (Window window = Window.desktop(proxy.origin("portal"))) {
      Page page = window.page();
      signInInFrame(page, person);
      Frame frame = frame(page);
      Steps.picker(frame).setInputFiles(Steps.AUDI);
      page.context().clearCookies();
      frame.getByText("Find the brand").click();
      assertThat(frame.locator(".notice")).containsText("Your session has ended");
      assertThat(frame.locator("header.top")).hasCount(0);
      Steps.signInHere(frame, person);
      assertThat(frame.locator("#upload")).isVisible();
      assertThat(frame.locator("header.top")).hasCount(0);
    }
  }

  @Test
  void the_src_of_the_element_may_lack_the_trailing_slash() {
    proxy.page("portal", portal("src=\"%s\" path=\"login\"".formatted(proxy.marque())));
    try (Window window = Window.desktop(proxy.origin("portal"))) {
      window.page().navigate("/");
      assertThat(frame(window.page()).locator("#username")).isVisible();
    } finally {
      proxy.page("portal", portal("lang=\"en\" theme=\"dark\""));
    }
  }

  @Test
  void an_unlisted_origin_cannot_embed_a_page() {
    try (Window window = Window.desktop(proxy.origin("stranger"))) {
      window.expectError("frame-ancestors");
      Page page = window.page();
      page.navigate("/");
      FrameLocator frame = page.frameLocator("marque-upload iframe");
      assertThat(frame.locator("body")).not().containsText("Marque");
      assertEquals(0, page.frames().get(1).locator("#main").count());
    }
  }

  @Test
  void every_url_on_every_page_is_below_the_base_path() {
    RunningServer.Person person = server.newUser();
    try (Window window = Window.desktop(proxy.marque() + "/")) {
      Page page = window.page();
      List<String> seen = new ArrayList<>();
      page.navigate("");
      checkAddresses(page, seen);
      page.navigate("history");
      assertThat(page).hasURL(Pattern.compile("/cars/login\\?next=%2Fhistory$"));
      checkAddresses(page, seen);
      Steps.signInHere(page.mainFrame(), person);
      assertThat(page).hasURL(proxy.marque() + "/history");
      page.navigate("");
      Steps.picker(page).setInputFiles(Steps.VOLVO);
      page.getByText("Find the brand").click();
      assertThat(page.locator(".result")).hasCount(1);
      page.locator("[data-heat-switch]").check();
      assertThat(page.locator("[data-heat]")).isVisible();
      checkAddresses(page, seen);
      for (String path : List.of("history", "account", "model", "docs", "no-such-page")) {
        page.navigate(path);
        checkAddresses(page, seen);
      }
      page.navigate("?embed=1&theme=dark");
      window.checkAccessibility("an embedded page");
      page.navigate("history?lang=de");
      page.navigate("history");
      assertThat(page.locator("html")).hasAttribute("lang", "de");
      checkNames(page.context().cookies());
      assertTrue(seen.size() > 50, seen.toString());
      assertEquals(List.of(), proxy.outside());
    }
  }

  private static void signInInFrame(Page page, RunningServer.Person person) {
    page.navigate("/");
    frame(page).getByText("Sign in").first().click();
    Steps.signInHere(frame(page), person);
  }

  private static void checkAddresses(Page page, List<String> seen) {
    for (Object address : (List<?>) page.evaluate(EVERY_ADDRESS)) {
      assertTrue(
          address.toString().startsWith(HttpsProxy.PREFIX + "/"), page.url() + " has " + address);
      seen.add(address.toString());
    }
  }

  private static void checkNames(List<Cookie> cookies) {
    List<String> names = cookies.stream().map(cookie -> cookie.name).toList();
    assertTrue(names.containsAll(List.of("__Secure-zone", "__Secure-lang")), names.toString());
    assertTrue(names.stream().allMatch(name -> name.startsWith("__Secure-")), names.toString());
  }

  private static void checkCookies(List<Cookie> cookies) {
    List<Cookie> ours = cookies.stream().filter(cookie -> cookie.name.contains("marque_")).toList();
    assertEquals(2, ours.size(), "an access and a refresh token");
    for (Cookie cookie : ours) {
      assertTrue(cookie.name.startsWith("__Secure-"), cookie.name);
      assertEquals(HttpsProxy.PREFIX, cookie.path);
      assertEquals(SameSiteAttribute.NONE, cookie.sameSite);
      assertTrue(cookie.secure && cookie.httpOnly, cookie.name);
      assertFalse(cookie.partitionKey == null || cookie.partitionKey.isEmpty(), "partitioned");
    }
  }

  /** Fails unless the frame is as high as its page, so that it needs no scroll bar of its own. */
  private static void checkHeight(Page page, Frame frame) {
    page.waitForFunction(
        "Number(document.querySelector('marque-upload').shadowRoot.querySelector('iframe').height)"
            + " > 0");
    // Not waitForFunction: our content security policy forbids evaluating text in the page.
    page.waitForCondition(
        () ->
            (boolean)
                frame.evaluate(
                    "Math.abs(document.body.getBoundingClientRect().height - innerHeight) <= 1"));
    Object overflow = frame.evaluate("document.documentElement.scrollHeight - innerHeight");
    assertTrue(((Number) overflow).intValue() <= 1, "overflow of " + overflow);
  }

  private static Frame frame(Page page) {
    page.waitForCondition(
        () -> page.frames().size() == 2 && page.frames().get(1).url().startsWith(proxy.marque()));
    return page.frames().get(1);
  }

  private static com.microsoft.playwright.Locator.GetByTextOptions exactly() {
    return new com.microsoft.playwright.Locator.GetByTextOptions().setExact(true);
  }

  private static Frame.GetByTextOptions exactlyInFrame() {
    return new Frame.GetByTextOptions().setExact(true);
  }
}
