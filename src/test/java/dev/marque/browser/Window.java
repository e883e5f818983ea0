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
 * A browser window with its own cookies. Script errors and violations of the content security
 * policy are collected, and fail the test when the window is closed.
 */
final class Window implements AutoCloseable {

  private static final Path SCREENSHOTS = Path.of("target", "screenshots");

  /** Swagger UI renders itself step by step; SwaggerIT waits for it. */
  private static final List<String> SWAGGER = List.of("#swagger");

  private static final List<String> CONTRAST = List.of("color-contrast");

  private final BrowserContext context;
  private final Page page;
  private final List<String> errors = new ArrayList<>();
  private final List<String> expected = new ArrayList<>();

  private Window(Browser.NewContextOptions options, String baseUrl) {
    context =
        BrowserInstallation.browser()
            .newContext(
                options
                    .setBaseURL(baseUrl)
                    .setReducedMotion(ReducedMotion.REDUCE)
                    // The test proxies use self-signed certificates.
                    .setIgnoreHTTPSErrors(true)
                    .setPermissions(List.of("clipboard-read", "clipboard-write")));
    page = context.newPage();
    page.onPageError(errors::add);
    page.onConsoleMessage(
        message -> {
          // The browser also reports each 4xx response as an error; those belong to the tests.
          if (message.type().equals("error") && !message.text().startsWith("Failed to load")) {
            errors.add(message.text());
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

  /** A desktop window in another time zone. */
  static Window inZone(String baseUrl, String zone) {
    return new Window(sized(1280, 900).setTimezoneId(zone), baseUrl);
  }

  private static Browser.NewContextOptions sized(int width, int height) {
    return new Browser.NewContextOptions().setViewportSize(width, height).setLocale("en-GB");
  }

  Page page() {
    return page;
  }

  /** Ignores errors that contain this text. */
  void expectError(String text) {
    expected.add(text);
  }

  /** Ignores the errors that HTMX reports for requests that do not reach the server. */
  void expectUnreachableServer() {
    expected.addAll(
        List.of(
            "htmx:afterRequest",
            "htmx:sendError",
            "[object HTML",
            "Response Status Error Code 502"));
  }

  /** Fails if axe finds a violation of WCAG 2.2 A or AA, or of its own best practices. */
  void checkAccessibility(String where) {
    check(where, axe().exclude(SWAGGER));
  }

  /** Like {@link #checkAccessibility(String)}, but includes Swagger UI. */
  void checkAccessibilityIncludingSwagger(String where) {
    check(where, axe());
  }

  /** Fails if the contrast of a text is too low. Light and dark pages differ in nothing else. */
  void checkContrast(String where) {
    check(where, axe().exclude(SWAGGER).withRules(CONTRAST));
  }

  /** Like {@link #checkContrast(String)}, but includes Swagger UI. */
  void checkContrastIncludingSwagger(String where) {
    check(where, axe().withRules(CONTRAST));
  }

  private AxeBuilder axe() {
    return new AxeBuilder(page);
  }

  private static void check(String where, AxeBuilder axe) {
    List<String> found =
        // Without legacy mode, axe opens an empty page to collect results from cross-origin frames,
        // which no test checks.
        axe.setLegacyMode(true).analyze().getViolations().stream()
            .map(
                rule ->
                    rule.getId()
                        + ": "
                        + rule.getNodes().stream().limit(3).map(node -> node.getHtml()).toList())
            .toList();
    assertEquals(List.of(), found, where);
  }

  /** Renders the page as for a user who prefers this colour scheme. */
  void show(ColorScheme scheme) {
    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
  }

  /** Fails if the page is wider than the window and therefore scrolls sideways. */
  void checkWidth(int width, String where) {
    page.setViewportSize(width, 900);
    Object overflow =
        page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth");
    assertEquals(0, ((Number) overflow).intValue(), where + " at " + width + " px");
  }

  /**
   * Saves a screenshot of the full page under {@code target/screenshots}. Does nothing unless
   * {@code -Dmarque.screenshots=true} is set, because all screenshots together take longer than
   * many a test.
   */
  void screenshot(String name) {
    if (!Boolean.getBoolean("marque.screenshots")) {
      return;
    }
    page.screenshot(
        new Page.ScreenshotOptions().setFullPage(true).setPath(SCREENSHOTS.resolve(name + ".png")));
  }

  /**
   * Saves a small image of a part of the page under {@code target/screenshots}, or in the directory
   * that {@code marque.pictures} names; {@code docs/pictures} updates the documentation.
   */
  void picture(String name, Locator part) {
    Path folder = Path.of(System.getProperty("marque.pictures", SCREENSHOTS.toString()));
    part.screenshot(
        new Locator.ScreenshotOptions()
            .setType(ScreenshotType.JPEG)
            .setQuality(80)
            .setPath(folder.resolve(name + ".jpg")));
  }

  /** Returns a screenshot of the visible part of the page, as PNG. */
  byte[] view() {
    return page.screenshot();
  }

  @Override
  public void close() {
    context.close();
    errors.removeIf(error -> expected.stream().anyMatch(error::contains));
    assertEquals(List.of(), errors, "errors in the browser's console");
  }
}
