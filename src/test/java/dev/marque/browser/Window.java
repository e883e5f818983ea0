package dev.marque.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import com.microsoft.playwright.options.ScreenshotType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One browser window with cookies of its own. Errors of scripts and violations of the content
 * policy are collected, and fail the test when the window closes.
 */
final class Window implements AutoCloseable {

  private static final Path SCREENSHOTS = Path.of("target", "screenshots");

  private final BrowserContext context;
  private final Page page;
  private final List<String> complaints = new ArrayList<>();
  private final List<String> expected = new ArrayList<>();

  private Window(Browser.NewContextOptions options, String baseUrl) {
    context =
        BrowserInstallation.browser()
            .newContext(
                options
                    .setBaseURL(baseUrl)
                    .setReducedMotion(ReducedMotion.REDUCE)
                    // The certificates of tests are made by the tests.
                    .setIgnoreHTTPSErrors(true)
                    .setPermissions(List.of("clipboard-read", "clipboard-write")));
    page = context.newPage();
    page.onPageError(complaints::add);
    page.onConsoleMessage(
        message -> {
          // The browser reports each answer of 4xx as an error, too; those are part of the tests.
          if (message.type().equals("error") && !message.text().startsWith("Failed to load")) {
            complaints.add(message.text());
          }
        });
  }

  static Window desktop(String baseUrl) {
    return new Window(sized(1280, 900), baseUrl);
  }

  static Window dark(String baseUrl) {
    return new Window(sized(1280, 900).setColorScheme(ColorScheme.DARK), baseUrl);
  }

  static Window phone(String baseUrl) {
    return new Window(
        sized(390, 844).setHasTouch(true).setIsMobile(true).setDeviceScaleFactor(2), baseUrl);
  }

  static Window withoutScripts(String baseUrl) {
    return new Window(sized(1280, 900).setJavaScriptEnabled(false), baseUrl);
  }

  /** A desktop whose clock shows another time zone. */
  static Window inZone(String baseUrl, String zone) {
    return new Window(sized(1280, 900).setTimezoneId(zone), baseUrl);
  }

  private static Browser.NewContextOptions sized(int width, int height) {
    return new Browser.NewContextOptions().setViewportSize(width, height).setLocale("en-GB");
  }

  Page page() {
    return page;
  }

  /** Takes an error that contains these words for part of the test. */
  void expectComplaint(String words) {
    expected.add(words);
  }

  /** Takes what HTMX reports of requests that do not reach the server for part of the test. */
  void expectServerAway() {
    expected.addAll(
        List.of(
            "htmx:afterRequest",
            "htmx:sendError",
            "[object HTML",
            "Response Status Error Code 502"));
  }

  /** Fails where axe finds anything against WCAG 2.2 A or AA, or its best practices. */
  void checkAccessibility(String where) {
    // Swagger UI draws itself piece by piece; a test of its own waits for it.
    checkAccessibility(where, List.of("#swagger"));
  }

  /** The same of the whole page, whatever draws it. */
  void checkAllAccessibility(String where) {
    checkAccessibility(where, List.of());
  }

  /** Fails where text stands out too little: all that light and dark of a page differ in. */
  void checkContrast(String where) {
    check(where, new AxeBuilder(page).exclude("#swagger").withRules(List.of("color-contrast")));
  }

  private void checkAccessibility(String where, List<String> without) {
    check(where, new AxeBuilder(page).exclude(without));
  }

  private static void check(String where, AxeBuilder axe) {
    List<String> found =
        // "Legacy" spares the empty page that is otherwise opened to gather what frames of other
        // sites answer; the tests look into none.
        axe.setLegacyMode(true).analyze().getViolations().stream()
            .map(
                rule ->
                    rule.getId()
                        + ": "
                        + rule.getNodes().stream().limit(3).map(node -> node.getHtml()).toList())
            .toList();
    assertEquals(List.of(), found, where);
  }

  /** Fails where the page is wider than the window, so that it would scroll sideways. */
  void checkWidth(int width, String where) {
    page.setViewportSize(width, 900);
    Object overflow =
        page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth");
    assertEquals(0, ((Number) overflow).intValue(), where + " at " + width + " px");
  }

  /**
   * Keeps a picture of the whole page under {@code target/screenshots}, where {@code
   * -Dmarque.screenshots=true} asks for them: together they take longer than many a test.
   */
  void screenshot(String name) {
    if (!Boolean.getBoolean("marque.screenshots")) {
      return;
    }
    page.screenshot(
        new Page.ScreenshotOptions().setFullPage(true).setPath(SCREENSHOTS.resolve(name + ".png")));
  }

  /**
   * Keeps a small picture of a part of the page; for the documentation, where {@code
   * -Dmarque.pictures=docs/pictures} says so.
   */
  void picture(String name, Locator part) {
    Path folder = Path.of(System.getProperty("marque.pictures", SCREENSHOTS.toString()));
    part.screenshot(
        new Locator.ScreenshotOptions()
            .setType(ScreenshotType.JPEG)
            .setQuality(80)
            .setPath(folder.resolve(name + ".jpg")));
  }

  /** A picture of what is visible, as PNG. */
  byte[] view() {
    return page.screenshot();
  }

  @Override
  public void close() {
    context.close();
    complaints.removeIf(complaint -> expected.stream().anyMatch(complaint::contains));
    assertEquals(List.of(), complaints, "errors in the browser's console");
  }
}
