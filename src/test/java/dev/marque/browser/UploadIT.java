package dev.marque.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.FileChooser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.WaitUntilState;
import dev.marque.app.RunningServer;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests how photos are added to the upload page and sent, and what happens on failures. */
class UploadIT {

  private static final RunningServer SERVER = RunningServer.shared();
  private static final String PREDICTIONS = "**/predictions";

  private static RunningServer.Person person;

  @BeforeAll
  static void createUser() {
    person = SERVER.newUser();
  }

  @BeforeEach
  void setAssertionTimeout() {
    PlaywrightAssertions.setDefaultAssertionTimeout(Steps.TIMEOUT_MILLIS);
  }

  @Test
  void the_queue_accepts_sixteen_photos_and_reports_that_there_were_more() {
    try (Window window = Window.phone(SERVER.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, person);
      List<Path> many = Collections.nCopies(18, Steps.VOLVO);
      Steps.picker(page).setInputFiles(many.toArray(new Path[0]));
      assertThat(page.locator("#queue .row")).hasCount(16);
      assertThat(page.locator("#upload-status")).containsText("Up to 16 photos");
      assertThat(page.locator("#upload-status")).not().hasClass("visually-hidden");
      window.checkAccessibility("a full queue");
      window.checkWidth(320, "a full queue");
    }
  }

  @Test
  void a_photo_chosen_before_the_script_is_loaded_is_kept() {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, person);
      List<Route> held = new ArrayList<>();
      page.route("**/upload*.js", held::add);
      page.navigate("", new Page.NavigateOptions().setWaitUntil(WaitUntilState.COMMIT));
      page.locator("#image").setInputFiles(Steps.VOLVO);
      page.waitForCondition(() -> !held.isEmpty());
      held.forEach(Route::resume);
      assertThat(page.locator("#queue .row")).hasCount(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a_large_photo_is_scaled_down_and_rotated_upright_before_sending(boolean rotated)
      throws IOException {
    byte[] photo = rotated ? rotated(large()) : large();
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, person);
      List<Integer> sent = new ArrayList<>();
      page.onRequest(request -> sizeOf(request, sent));
      Steps.picker(page).setInputFiles(new FilePayload("big.jpg", "image/jpeg", photo));
      Steps.press(page, "Find the brand");
      assertThat(page.locator(".result figcaption"))
          .containsText(rotated ? "800 × 1280" : "1280 × 800");
      assertEquals(1, sent.size());
      assertTrue(sent.get(0) < photo.length, sent + " of " + photo.length + " bytes");
    }
  }

  @Test
  void a_photo_that_the_browser_cannot_read_gets_a_helpful_message() {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, person);
      Steps.picker(page)
          .setInputFiles(new FilePayload("IMG_1.HEIC", "image/heic", new byte[] {0, 0, 0, 24}));
      Steps.press(page, "Find the brand");
      assertThat(page.locator("#queue .state"))
          .containsText("save the photo as JPEG", ignoreCase());
      assertThat(page.locator("#upload-status")).containsText("HEIC");
      assertThat(page.locator("#queue .state")).isFocused();
      assertThat(page.getByRole(AriaRole.BUTTON, Steps.named("Try again"))).isHidden();
      page.locator("#image").focus();
      Steps.press(page, "Find the brand");
      assertThat(page.locator("#queue .state")).isFocused();
      window.screenshot("upload-heic");
      window.checkAccessibility("a photo in HEIC");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"paste", "drop"})
  void photos_can_be_pasted_and_dropped_anywhere_on_the_page(String how) {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, person);
      // The upload page may still be loading, and its script must handle the event.
      assertThat(Steps.picker(page)).isAttached();
      page.evaluate(
          """
          async (how) => {
            const blob = await (await fetch(document.querySelector('.brand img').src)).blob();
            const files = new DataTransfer();
            files.items.add(new File([blob], 'given.svg', { type: blob.type }));
            const event = how === 'paste'
              ? new ClipboardEvent('paste', { clipboardData: files, bubbles: true })
              : new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true });
            document.querySelector('footer').dispatchEvent(event);
          }
          """,
          how);
      assertThat(page.locator("#queue .file")).hasText("given.svg");
    }
  }

  @Test
  void progress_shows_the_share_sent_and_cancelling_aborts_the_upload() throws IOException {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, person);
      slowDown(page, 60_000);
      List<Request> failed = Collections.synchronizedList(new ArrayList<>());
      page.onRequestFailed(failed::add);
      Steps.picker(page).setInputFiles(new FilePayload("big.jpg", "image/jpeg", large()));
      Steps.press(page, "Find the brand");
      page.waitForCondition(
          () -> {
            double sent =
                ((Number) page.locator("#queue progress").evaluate("e => e.value")).doubleValue();
            return sent > 5 && sent < 95;
          });
      assertThat(page.locator("#queue .state")).hasText("Sending …");
      assertThat(page.locator("#upload-status")).hasText("Sending …");
      Steps.press(page, "Remove big.jpg");
      assertThat(page.locator("#queue .row")).hasCount(0);
      page.waitForCondition(() -> failed.size() == 1);
      assertThat(page.locator("#image")).isFocused();
      assertThat(page.locator(".result")).hasCount(0);
    }
  }

  @Test
  void while_the_server_is_unreachable_photos_wait_and_one_button_retries() {
    try (Window window = Window.dark(SERVER.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, person);
      Steps.picker(page).setInputFiles(new Path[] {Steps.AUDI, Steps.VOLVO});
      page.route(PREDICTIONS, Route::abort);
      Steps.press(page, "Find the brand");
      assertThat(page.locator("#queue .failed")).hasCount(2);
      assertThat(page.locator("#away")).isVisible();
      window.screenshot("upload-away-dark");
      window.checkAccessibility("the server is unreachable");
      page.unroute(PREDICTIONS);
      page.locator("#away button").click();
      assertThat(page.locator(".result")).hasCount(2);
      assertThat(page.locator("#away")).isHidden();
    }
  }

  @Test
  void a_response_after_an_outage_withdraws_the_offer_to_retry() {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, person);
      page.route(
          PREDICTIONS,
          route -> Steps.makeUnreachable(route, true),
          new Page.RouteOptions().setTimes(1));
      Steps.picker(page).setInputFiles(Steps.AUDI);
      Steps.press(page, "Find the brand");
      assertThat(page.locator("#queue .failed")).containsText("The server is not responding");
      assertThat(page.locator("#away")).isVisible();
      Steps.press(page, "Try again: audi.jpg");
      assertThat(page.locator(".result")).hasCount(1);
      assertThat(page.locator("#away")).isHidden();
    }
  }

  @Test
  void a_retry_after_a_lost_response_is_stored_once_and_the_same_photo_chosen_again_is_new() {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, SERVER.newUser());
      CDPSession session = loseResponses(page);
      Steps.picker(page).setInputFiles(Steps.AUDI);
      Steps.press(page, "Find the brand");
      assertThat(page.locator("#queue .failed")).hasCount(1);
      session.detach();
      Steps.press(page, "Try again: audi.jpg");
      assertThat(page.locator(".result")).hasCount(1);
      Steps.picker(page).setInputFiles(Steps.AUDI);
      Steps.press(page, "Find the brand");
      assertThat(page.locator(".result")).hasCount(2);
      page.navigate("/history");
      assertThat(page.locator(".cards li")).hasCount(2);
    }
  }

  @ParameterizedTest
  @CsvSource({"429, You have used all your predictions", "503, The server is busy"})
  void a_refused_upload_says_why_and_is_retried(int status, String reason) {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, person);
      page.route(
          PREDICTIONS,
          route ->
              route.fulfill(
                  new Route.FulfillOptions()
                      .setStatus(status)
                      .setHeaders(java.util.Map.of("Retry-After", "1"))));
      Steps.picker(page).setInputFiles(Steps.AUDI);
      Steps.press(page, "Find the brand");
      assertThat(page.locator("#queue .state"))
          .hasText(Pattern.compile(reason + ".*Trying again in 1\u00a0s"));
      page.unroute(PREDICTIONS);
      assertThat(page.locator(".result")).hasCount(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Try again: audi.jpg", "Find the brand"})
  void a_failed_photo_can_be_sent_again(String button) {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, person);
      page.route(
          PREDICTIONS,
          route -> route.fulfill(new Route.FulfillOptions().setStatus(400)),
          new Page.RouteOptions().setTimes(1));
      Steps.picker(page).setInputFiles(Steps.AUDI);
      Steps.press(page, "Find the brand");
      assertThat(page.locator("#queue .failed")).hasCount(1);
      Steps.press(page, button);
      assertThat(page.locator(".result")).hasCount(1);
      String verdict = page.locator(".verdict").textContent();
      assertThat(page.locator("#upload-status")).hasText("Done. Results: 1. audi.jpg: " + verdict);
      if (button.startsWith("Try again")) {
        assertThat(page.locator(".result")).isFocused();
      }
    }
  }

  @Test
  void many_results_in_one_tab_do_not_exceed_the_limit_of_the_headers() {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, person);
      page.evaluate("ids => history.replaceState(null, '', '#' + ids)", ids(500));
      page.reload();
      Steps.picker(page).setInputFiles(Steps.AUDI);
      Steps.press(page, "Find the brand");
      assertThat(page.locator(".result")).hasCount(1);
      assertThat(page).hasURL(Pattern.compile("#[^,]{36}(,[^,]{36}){19}$"));

      page.evaluate("ids => history.replaceState(null, '', '#' + ids)", ids(500));
      page.locator(".correction select").selectOption("Audi");
      Steps.press(page, "Send");
      assertThat(page.locator(".thanks")).containsText("Audi");
    }
  }

  @Test
  void results_that_cannot_be_fetched_are_kept_for_a_retry() {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, person);
      Steps.picker(page).setInputFiles(new Path[] {Steps.AUDI, Steps.VOLVO});
      Steps.press(page, "Find the brand");
      assertThat(page.locator(".result")).hasCount(2);
      Object before = shown(page);

      AtomicInteger fetched = new AtomicInteger();
      page.route(
          "**/predictions/*",
          route -> {
            if (fetched.incrementAndGet() == 2) {
              route.abort();
            } else {
              route.resume();
            }
          });
      page.reload();
      assertThat(page.locator("#away")).isVisible();
      assertThat(page.locator(".result")).hasCount(1);
      window.screenshot("upload-restored-in-part");
      page.reload();
      assertThat(page.locator(".result")).hasCount(2);
      assertEquals(before, shown(page));

      fetched.set(0);
      page.reload();
      page.locator("#away button").click();
      assertThat(page.locator(".result")).hasCount(2);
      assertEquals(before, shown(page));
    }
  }

  @Test
  void a_link_within_the_page_keeps_the_results() {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, person);
      Steps.picker(page).setInputFiles(Steps.AUDI);
      Steps.press(page, "Find the brand");
      assertThat(page.locator(".result")).hasCount(1);
      page.locator(".skip").press("Enter");
      assertThat(page).hasURL(Pattern.compile("#[0-9a-f-]{36}$"));
      page.reload();
      assertThat(page.locator(".result")).hasCount(1);
    }
  }

  @Test
  void a_new_result_stays_above_older_ones_that_are_still_loading() {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, person);
      Steps.picker(page).setInputFiles(Steps.AUDI);
      Steps.press(page, "Find the brand");
      assertThat(page.locator(".result")).hasCount(1);
      String older = page.locator(".result").getAttribute("data-id");

      List<Route> held = new ArrayList<>();
      page.route("**/predictions/*", held::add);
      page.reload();
      Steps.picker(page).setInputFiles(Steps.VOLVO);
      Steps.press(page, "Find the brand");
      assertThat(page.locator(".result")).hasCount(1);
      page.waitForCondition(() -> !held.isEmpty());
      held.forEach(Route::resume);
      assertThat(page.locator(".result")).hasCount(2);
      assertThat(page.locator(".result").last()).hasAttribute("data-id", older);
    }
  }

  @Test
  void a_heat_map_that_failed_to_load_is_reported_and_can_be_requested_again() {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, person);
      Steps.picker(page).setInputFiles(Steps.AUDI);
      Steps.press(page, "Find the brand");
      page.route("**/heat-map.png", Route::abort, new Page.RouteOptions().setTimes(1));
      Locator toggle = page.locator("[data-heat-switch]");
      // Not check(), which expects that it stays checked.
      toggle.click();
      Locator status = page.locator("[data-heat-status]");
      assertThat(status).hasText("The heat map could not be loaded. Please try again.");
      assertThat(toggle).not().isChecked();
      assertThat(page.locator("[data-heat]")).isHidden();
      toggle.check();
      assertThat(status).isEmpty();
      page.waitForCondition(
          () -> !page.locator("[data-heat]").evaluate("e => e.naturalWidth").equals(0));
    }
  }

  @Test
  void photos_can_be_chosen_sent_and_corrected_with_the_keyboard_alone() {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, person);
      // Playwright intercepts file choosers only some time after the first listener was added;
      // without this one, the interception sometimes starts after the key press.
      page.onFileChooser(shown -> {});
      page.navigate("");
      page.locator("#image").focus();
      assertThat(page.locator("#image")).isFocused();
      FileChooser chooser = page.waitForFileChooser(() -> page.keyboard().press("Enter"));
      chooser.setFiles(Steps.VOLVO);
      assertThat(page.locator("#queue .row")).hasCount(1);
      // Past "Take a photo", the row's button and the number of brands.
      for (int tabs = 0; tabs < 8 && !isFocused(page, "#send"); tabs++) {
        page.keyboard().press("Tab");
      }
      assertThat(page.locator("#send")).isFocused();
      page.keyboard().press("Enter");
      assertThat(page.locator(".result")).hasCount(1);
      for (int tabs = 0; tabs < 20 && !isFocused(page, "[data-heat-switch]"); tabs++) {
        page.keyboard().press("Tab");
      }
      page.keyboard().press("Space");
      assertThat(page.locator("[data-heat]")).isVisible();
      for (int tabs = 0; tabs < 20 && !isFocused(page, ".correction select"); tabs++) {
        page.keyboard().press("Tab");
      }
      page.keyboard().type("Bui");
      page.keyboard().press("Tab");
      page.keyboard().press("Enter");
      assertThat(page.locator(".correction .thanks")).containsText("Buick");
    }
  }

  /** Returns ids of results that do not exist. */
  private static String ids(int count) {
    return Stream.generate(() -> UUID.randomUUID().toString())
        .limit(count)
        .collect(Collectors.joining(","));
  }

  private static Object shown(Page page) {
    return page.locator(".result").evaluateAll("results => results.map(e => e.dataset.id)");
  }

  private static boolean isFocused(Page page, String selector) {
    return (Boolean) page.locator(selector).evaluate("e => e === document.activeElement");
  }

  private static com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions
      ignoreCase() {
    return new com.microsoft.playwright.assertions.LocatorAssertions.ContainsTextOptions()
        .setIgnoreCase(true);
  }

  private static void sizeOf(Request request, List<Integer> sizes) {
    if (request.method().equals("POST") && request.url().endsWith("/predictions")) {
      sizes.add(Integer.parseInt(request.allHeaders().get("content-length")));
    }
  }

  private static void slowDown(Page page, int bytesPerSecond) {
    CDPSession session = page.context().newCDPSession(page);
    JsonObject conditions = new JsonObject();
    conditions.addProperty("offline", false);
    conditions.addProperty("latency", 0);
    conditions.addProperty("downloadThroughput", -1);
    conditions.addProperty("uploadThroughput", bytesPerSecond);
    session.send("Network.enable");
    session.send("Network.emulateNetworkConditions", conditions);
  }

  /** Lets uploads reach the server but not its responses reach the page, until detached. */
  private static CDPSession loseResponses(Page page) {
    CDPSession session = page.context().newCDPSession(page);
    session.on(
        "Fetch.requestPaused",
        paused -> {
          JsonObject failure = new JsonObject();
          failure.add("requestId", paused.get("requestId"));
          failure.addProperty("errorReason", "Failed");
          session.send("Fetch.failRequest", failure);
        });
    JsonObject pattern = new JsonObject();
    pattern.addProperty("urlPattern", "*/predictions");
    pattern.addProperty("requestStage", "Response");
    JsonArray patterns = new JsonArray();
    patterns.add(pattern);
    JsonObject enabled = new JsonObject();
    enabled.add("patterns", patterns);
    session.send("Fetch.enable", enabled);
    return session;
  }

  /** Returns a JPEG of 2,400 by 1,500 pixels that does not compress well. */
  private static byte[] large() throws IOException {
    BufferedImage image = new BufferedImage(2400, 1500, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      graphics.setColor(new Color(random.nextInt(1 << 24)));
      graphics.fillOval(random.nextInt(2400), random.nextInt(1500), 30, 30);
    }
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "jpeg", bytes);
    return bytes.toByteArray();
  }

  /** Adds Exif orientation 6 to a JPEG, as a camera that was held upright does. */
  private static byte[] rotated(byte[] jpeg) throws IOException {
    byte[] exif =
        HexFormat.of()
            .parseHex(
                "ffe10022"
                    + "457869660000"
                    + "4d4d002a00000008"
                    + "0001"
                    + "0112000300000001"
                    + "00060000"
                    + "00000000");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(jpeg, 0, 2);
    bytes.write(exif);
    bytes.write(jpeg, 2, jpeg.length - 2);
    return bytes.toByteArray();
  }
}
