package dev.marque.browser;

import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every page with sample data in a real browser: states that the whole server rarely shows. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryPageIT {

  private PagePreview preview;
  private Window light;
  private Window dark;

  @BeforeAll
  void start() {
    preview = new PagePreview(0);
    light = Window.desktop(preview.baseUrl());
    dark = Window.dark(preview.baseUrl());
  }

  @AfterAll
  void stop() {
    light.close();
    dark.close();
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
    dark.checkAccessibility(name + " dark");
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
}
