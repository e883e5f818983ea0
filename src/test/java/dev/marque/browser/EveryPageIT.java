package dev.marque.browser;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.LoadState;
import dev.marque.RunsConcurrently;
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
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests every page in a real browser with sample data, including states that a running server
 * rarely shows.
 */
@RunsConcurrently
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
  private Window desktop;
  private Window phone;

  @BeforeAll
  void start() {
    preview = new PagePreview(0);
    desktop = Window.desktop(preview.baseUrl());
    phone = Window.phone(preview.baseUrl());
    for (Window window : new Window[] {desktop, phone}) {
      // The first page sets the cookie of the time zone; from then on no script rewrites a time.
      window.page().navigate("/preview/front");
    }
  }

  @AfterAll
  void stop() {
    desktop.close();
    phone.close();
    preview.close();
  }

  Stream<String> pages() {
    return preview.names().stream();
  }

  /**
   * Tests on one page load what is true of every page, because loading takes longer than most of
   * the checks. All of them run, even if one fails.
   */
  @ParameterizedTest
  @Execution(ExecutionMode.SAME_THREAD)
  @MethodSource("pages")
  void a_page_is_stable_accessible_and_never_scrolls_sideways(String name) {
    desktop.page().navigate("/preview/" + name);
    assertAll(
        () -> assertNoLayoutShifts(desktop, name),
        () -> desktop.checkAccessibility(name + " light"),
        () -> desktop.screenshot("preview-" + name),
        () -> desktop.checkWidth(320, name),
        () -> desktop.checkWidth(390, name),
        () -> desktop.screenshot("preview-" + name + "-phone"),
        () -> desktop.checkWidth(2560, name),
        () -> desktop.checkWidth(1280, name),
        () -> desktop.show(ColorScheme.DARK),
        () -> desktop.checkContrast(name + " dark"),
        () -> desktop.screenshot("preview-" + name + "-dark"),
        () -> desktop.show(ColorScheme.LIGHT));
  }

  @ParameterizedTest
  @Execution(ExecutionMode.SAME_THREAD)
  @MethodSource("pages")
  void a_page_loads_without_layout_shifts_on_a_phone(String name) {
    phone.page().navigate("/preview/" + name);
    assertNoLayoutShifts(phone, name);
  }

  private static void assertNoLayoutShifts(Window window, String name) {
    if (name.equals("docs")) {
      // Swagger UI renders step by step once the contract is loaded.
      return;
    }
    LayoutShift layoutShift = layoutShift(window);
    assertEquals(0.0, layoutShift.score(), name + ": " + layoutShift.elements());
  }

  @Test
  @Execution(ExecutionMode.SAME_THREAD)
  void a_layout_shift_is_detected() {
    desktop.page().navigate("/preview/front");
    // Only elements that have been drawn can shift.
    desktop.page().evaluate(NEXT_FRAMES_DRAWN);
    desktop.page().evaluate("document.querySelector('h1').style.marginTop = '200px'");
    LayoutShift layoutShift = layoutShift(desktop);
    assertTrue(layoutShift.score() > 0);
    assertTrue(layoutShift.elements().contains("pitch"), layoutShift.elements());
  }

  @ParameterizedTest
  @Execution(ExecutionMode.SAME_THREAD)
  @MethodSource("pages")
  @EnabledIfSystemProperty(named = "marque.pictures", matches = ".+")
  void screenshots_show_a_page_in_light_in_dark_and_on_a_phone(String name) throws IOException {
    if (WITHOUT_SCREENSHOT.contains(name)) {
      return;
    }
    ScreenshotStrip strip = new ScreenshotStrip();
    desktop.page().navigate("/preview/" + name);
    desktop.page().waitForLoadState(LoadState.NETWORKIDLE);
    strip.add(desktop.view());
    desktop.show(ColorScheme.DARK);
    strip.add(desktop.view());
    desktop.show(ColorScheme.LIGHT);
    phone.page().navigate("/preview/" + name);
    phone.page().waitForLoadState(LoadState.NETWORKIDLE);
    strip.add(phone.view());
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
