package dev.marque.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.options.LoadState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests every page in a real browser with sample data, including states that a running server
 * rarely shows.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryPageIT {

  private static final String NEXT_FRAMES_DRAWN =
      "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))";

  private static final String LAYOUT_SHIFT =
      """
      () => new Promise((resolve) => {
        let score = 0;
        const elements = [];
        const position = ({ x, y, width, height }) => `${width}x${height} at ${x},${y}`;
        new PerformanceObserver((list) => {
          for (const shift of list.getEntries()) {
            score += shift.value;
            for (const { node, previousRect, currentRect } of shift.sources) {
              const name = node?.cloneNode(false).outerHTML ?? node?.textContent;
              elements.push(`${name} from ${position(previousRect)} to ${position(currentRect)}`);
            }
          }
        }).observe({ type: 'layout-shift', buffered: true });
        // All shifts so far are reported before the second frame from now is drawn.
        requestAnimationFrame(() => requestAnimationFrame(() =>
            setTimeout(() => resolve({ score, elements: elements.join('; ') }))));
      })
      """;

  /** Pages that differ from another page only by a sentence. */
  private static final Set<String> WITHOUT_SCREENSHOT =
      Set.of(
          "history-page-empty",
          "result-without-photo",
          "account-token",
          "error-401",
          "error-403",
          "error-413",
          "error-422",
          "error-429",
          "error-500");

  private PagePreview preview;
  private Window light;
  private Window dark;
  private Window phone;

  @BeforeAll
  void start() {
    preview = new PagePreview(0);
    light = Window.desktop(preview.baseUrl());
    dark = Window.dark(preview.baseUrl());
    phone = Window.phone(preview.baseUrl());
    for (Window window : new Window[] {light, dark, phone}) {
      // The first page sets the cookie of the time zone; from then on no script rewrites a time.
      window.page().navigate("/preview/front");
    }
  }

  @AfterAll
  void stop() {
    light.close();
    dark.close();
    phone.close();
    preview.close();
  }

  Stream<String> pages() {
    return preview.names().stream();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void axe_finds_no_violation_in_light_and_dark(String name) {
    light.page().navigate("/preview/" + name);
    light.checkAccessibility(name + " light");
    light.screenshot("preview-" + name);
    dark.page().navigate("/preview/" + name);
    dark.checkContrast(name + " dark");
    dark.screenshot("preview-" + name + "-dark");
  }

  @ParameterizedTest
  @MethodSource("pages")
  void no_page_scrolls_sideways_from_320_to_2560_pixels(String name) {
    light.page().navigate("/preview/" + name);
    light.checkWidth(320, name);
    light.checkWidth(390, name);
    light.screenshot("preview-" + name + "-phone");
    light.checkWidth(2560, name);
    light.checkWidth(1280, name);
  }

  /**
   * All pages except that of Swagger UI, which renders step by step once the contract is loaded.
   */
  Stream<String> ownPages() {
    return pages().filter(name -> !name.equals("docs"));
  }

  @ParameterizedTest
  @MethodSource("ownPages")
  void a_page_loads_without_layout_shifts(String name) {
    for (Window window : new Window[] {light, phone}) {
      window.page().navigate("/preview/" + name);
      LayoutShift layoutShift = layoutShift(window);
      assertEquals(0.0, layoutShift.score(), name + ": " + layoutShift.elements());
    }
  }

  @Test
  void a_layout_shift_is_detected() {
    light.page().navigate("/preview/front");
    // Only elements that have been drawn can shift.
    light.page().evaluate(NEXT_FRAMES_DRAWN);
    light.page().evaluate("document.querySelector('h1').style.marginTop = '200px'");
    LayoutShift layoutShift = layoutShift(light);
    assertTrue(layoutShift.score() > 0);
    assertTrue(layoutShift.elements().contains("pitch"), layoutShift.elements());
  }

  @ParameterizedTest
  @MethodSource("pages")
  @EnabledIfSystemProperty(named = "marque.pictures", matches = ".+")
  void screenshots_show_a_page_in_light_in_dark_and_on_a_phone(String name) throws IOException {
    if (WITHOUT_SCREENSHOT.contains(name)) {
      return;
    }
    ScreenshotStrip strip = new ScreenshotStrip();
    for (Window window : new Window[] {light, dark, phone}) {
      window.page().navigate("/preview/" + name);
      window.page().waitForLoadState(LoadState.NETWORKIDLE);
      strip.add(window.view());
    }
    strip.write(Path.of(System.getProperty("marque.pictures"), "pages", name + ".jpg"));
  }

  /**
   * What moved after it was drawn.
   *
   * @param score cumulative layout shift, 0 if nothing moved
   * @param elements the elements that moved, with their positions before and after
   */
  private record LayoutShift(double score, String elements) {}

  private static LayoutShift layoutShift(Window window) {
    Map<?, ?> reported = (Map<?, ?>) window.page().evaluate(LAYOUT_SHIFT);
    return new LayoutShift(
        ((Number) reported.get("score")).doubleValue(), (String) reported.get("elements"));
  }
}
