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

/** Every page with sample data in a real browser: states that the whole server rarely shows. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryPageIT {

  private static final String DRAWN =
      "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))";

  private static final String MOVED =
      """
      () => new Promise((resolve) => {
        let share = 0;
        const what = [];
        const place = ({ x, y, width, height }) => `${width}x${height} at ${x},${y}`;
        new PerformanceObserver((list) => {
          for (const shift of list.getEntries()) {
            share += shift.value;
            for (const { node, previousRect, currentRect } of shift.sources) {
              const name = node?.cloneNode(false).outerHTML ?? node?.textContent;
              what.push(`${name} from ${place(previousRect)} to ${place(currentRect)}`);
            }
          }
        }).observe({ type: 'layout-shift', buffered: true });
        // What there is to tell is told before the second frame from now has been drawn.
        requestAnimationFrame(() => requestAnimationFrame(() =>
            setTimeout(() => resolve({ share, what: what.join('; ') }))));
      })
      """;

  /** What differs from another page by a sentence only. */
  private static final Set<String> NOT_PICTURED =
      Set.of(
          "history-page-empty",
          "result-forgotten",
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
      // The first page tells the server the reader's zone; from then on no time is rewritten.
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
  void axe_finds_nothing_in_light_and_dark(String name) {
    light.page().navigate("/preview/" + name);
    light.checkAccessibility(name + " light");
    light.screenshot("preview-" + name);
    dark.page().navigate("/preview/" + name);
    dark.checkContrast(name + " dark");
    dark.screenshot("preview-" + name + "-dark");
  }

  @ParameterizedTest
  @MethodSource("pages")
  void no_page_scrolls_sideways_from_phone_to_wall(String name) {
    light.page().navigate("/preview/" + name);
    light.checkWidth(320, name);
    light.checkWidth(390, name);
    light.screenshot("preview-" + name + "-phone");
    light.checkWidth(2560, name);
    light.checkWidth(1280, name);
  }

  /** All but the page that Swagger UI draws piece by piece once the contract has arrived. */
  Stream<String> ownPages() {
    return pages().filter(name -> !name.equals("docs"));
  }

  @ParameterizedTest
  @MethodSource("ownPages")
  void nothing_moves_while_a_page_loads(String name) {
    for (Window window : new Window[] {light, phone}) {
      window.page().navigate("/preview/" + name);
      Moved moved = moved(window);
      assertEquals(0.0, moved.share(), name + ": " + moved.what());
    }
  }

  @Test
  void something_that_moves_would_be_seen() {
    light.page().navigate("/preview/front");
    // Only what was drawn before can move.
    light.page().evaluate(DRAWN);
    light.page().evaluate("document.querySelector('h1').style.marginTop = '200px'");
    Moved moved = moved(light);
    assertTrue(moved.share() > 0);
    assertTrue(moved.what().contains("pitch"), moved.what());
  }

  @ParameterizedTest
  @MethodSource("pages")
  @EnabledIfSystemProperty(named = "marque.pictures", matches = ".+")
  void a_page_is_pictured_in_light_in_dark_and_on_a_phone(String name) throws IOException {
    if (NOT_PICTURED.contains(name)) {
      return;
    }
    Looks looks = new Looks();
    for (Window window : new Window[] {light, dark, phone}) {
      window.page().navigate("/preview/" + name);
      window.page().waitForLoadState(LoadState.NETWORKIDLE);
      looks.add(window.view());
    }
    looks.write(Path.of(System.getProperty("marque.pictures"), "pages", name + ".jpg"));
  }

  /**
   * What moved after it was drawn.
   *
   * @param share of the page, as the browser's "layout shift" counts it
   * @param what the elements and their places before and after
   */
  private record Moved(double share, String what) {}

  private static Moved moved(Window window) {
    Map<?, ?> told = (Map<?, ?>) window.page().evaluate(MOVED);
    return new Moved(((Number) told.get("share")).doubleValue(), (String) told.get("what"));
  }
}
