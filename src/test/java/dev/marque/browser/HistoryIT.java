package dev.marque.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.Cookie;
import dev.marque.app.RunningServer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests finding, exporting and deleting results on the history page. */
class HistoryIT {

  private static final int PAGE = 24;

  private static final RunningServer SERVER = RunningServer.shared();

  /** A user with two pages of results, all but the newest of one brand. */
  private static RunningServer.Person collector;

  private static String commonBrand;
  private static String rareBrand;

  @BeforeAll
  static void collect() {
    PlaywrightAssertions.setDefaultAssertionTimeout(Steps.TIMEOUT_MILLIS);
    collector = SERVER.newUser();
    commonBrand = Steps.predict(SERVER, collector, Steps.AUDI, 16);
    Steps.predict(SERVER, collector, Steps.AUDI, 10);
    rareBrand = Steps.predict(SERVER, collector, Steps.VOLVO, 1);
    assertNotEquals(commonBrand, rareBrand, "the test photos must show different brands");
  }

  @Test
  void without_scripts_paging_and_export_apply_the_filter() throws IOException {
    try (Window window = Window.withoutScripts(SERVER.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, collector);
      page.navigate("/history");
      assertThat(cards(page)).hasCount(PAGE);

      page.getByLabel("Brand").selectOption(commonBrand);
      Steps.press(page, "Filter");
      assertThat(cards(page)).hasCount(PAGE);
      page.getByText("Older results").click();
      assertThat(cards(page)).hasCount(2);
      assertThat(page.getByLabel("Brand")).hasValue(commonBrand);
      page.getByText("Newest results").click();
      assertThat(cards(page)).hasCount(PAGE);
      assertThat(page).hasURL(Pattern.compile("brand=" + commonBrand));
      assertEquals(1 + 26, csvLines(page));

      page.getByLabel("Brand").selectOption(rareBrand);
      page.getByLabel("To date").fill("2001-01-01");
      Steps.press(page, "Filter");
      assertThat(page.getByText("No results match this filter.")).isVisible();
      window.screenshot("history-nothing-without-scripts");
      page.getByText("Show all results").click();
      assertThat(cards(page)).hasCount(PAGE);

      page.getByLabel("From date").fill("2026-02-02");
      page.getByLabel("To date").fill("2026-02-01");
      Steps.press(page, "Filter");
      assertThat(page.locator(".summary")).containsText("must not be before");
      assertThat(page.getByLabel("From date")).hasValue("2026-02-02");
    }
  }

  @Test
  void with_scripts_filters_update_the_page_in_place_and_back_undoes_them() throws IOException {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, collector);
      page.navigate("/history");
      window.screenshot("history");
      page.evaluate("window.sameDocument = true");

      page.getByLabel("Brand").focus();
      page.getByLabel("Brand").selectOption(rareBrand);
      assertThat(cards(page)).hasCount(1);
      assertThat(page.locator("#count")).hasText("1 result");
      assertThat(page.getByLabel("Brand")).isFocused();
      assertThat(page).hasURL(Pattern.compile("/history\\?brand=" + rareBrand + "$"));
      assertEquals(1 + 1, csvLines(page));
      window.checkAccessibility("history filtered");

      page.getByLabel("Brand").selectOption("");
      assertThat(cards(page)).hasCount(PAGE);
      page.getByText("Older results").click();
      assertThat(cards(page)).hasCount(3);
      assertThat(page.locator("#found")).isFocused();
      assertEquals(true, page.evaluate("window.sameDocument"), "the page was not reloaded");

      page.reload();
      assertThat(cards(page)).hasCount(3);
      page.goBack();
      assertThat(cards(page)).hasCount(PAGE);
      awaitScripts(page);
      page.goBack();
      assertThat(cards(page)).hasCount(1);
      assertThat(page.getByLabel("Brand")).hasValue(rareBrand);
      awaitScripts(page);
      page.goForward();
      assertThat(cards(page)).hasCount(PAGE);
      assertThat(page.getByLabel("Brand")).hasValue("");
    }
  }

  @Test
  void a_wrong_range_of_dates_marks_the_field_and_leaves_the_focus_there() {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = history(window, collector);
      window.expectError("Response Status Error Code 422");
      window.expectError("[object HTML");
      page.getByLabel("From date").fill("2026-02-02");
      Locator until = page.getByLabel("To date");
      until.fill("2026-02-01");
      assertThat(page.locator(".summary")).containsText("must not be before");
      assertThat(until).isFocused();
      assertThat(until).hasAttribute("aria-invalid", "true");
      assertThat(page.locator("#count")).isEmpty();
      window.checkAccessibility("history with a wrong range");
      until.fill("2026-02-03");
      assertThat(page.locator("#count")).hasText("No results");
      assertThat(page.locator("[aria-invalid]")).hasCount(0);
      assertThat(until).isFocused();
    }
  }

  /**
   * Waits for the scripts of a page that was loaded again: its cards appear before the scripts
   * listen for the next step back or forward.
   */
  private static void awaitScripts(Page page) {
    page.waitForFunction("document.readyState === 'complete' && window.htmx");
  }

  @Test
  void date_filters_use_the_time_zone_of_the_browser() {
    RunningServer.Person person = SERVER.newUser();
    Steps.predict(SERVER, person, Steps.VOLVO, 1);
    // In UTC+14, where the date usually differs from the server's; the browser computes it.
    try (Window window = Window.inZone(SERVER.baseUrl(), "Pacific/Kiritimati")) {
      Page page = history(window, person);
      String today =
          (String)
              page.evaluate(
                  "new Intl.DateTimeFormat('sv-SE', {timeZone: 'Pacific/Kiritimati'})"
                      + ".format(new Date())");
      page.getByLabel("From date").fill(today);
      page.getByLabel("To date").fill(today);
      assertThat(page).hasURL(Pattern.compile("until=" + today + "&zone=Pacific"));
      assertThat(cards(page)).hasCount(1);
    }
  }

  @Test
  void times_are_rendered_in_the_time_zone_of_the_browser() {
    RunningServer.Person person = SERVER.newUser();
    Steps.predict(SERVER, person, Steps.VOLVO, 1);
    try (Window window = Window.inZone(SERVER.baseUrl(), "Pacific/Kiritimati")) {
      Page page = history(window, person);
      String shown = page.locator(".cards time").textContent();
      assertTrue(page.request().get(page.url()).text().contains(">" + shown + "</time>"), shown);
      Cookie unknown = new Cookie("zone", "Nowhere/At-All").setUrl(SERVER.baseUrl());
      page.context().addCookies(List.of(unknown));
      assertTrue(page.request().get(page.url()).text().contains(" UTC</time>"));
    }
  }

  @Test
  void several_results_can_be_deleted_at_once_and_restored() {
    RunningServer.Person person = SERVER.newUser();
    Steps.predict(SERVER, person, Steps.VOLVO, 3);
    try (Window window = Window.phone(SERVER.baseUrl())) {
      Page page = history(window, person);
      page.locator(".cards [name=id]").nth(0).check();
      page.locator(".cards [name=id]").nth(2).check();
      window.checkAccessibility("two selected");
      window.screenshot("history-selected-phone");
      Steps.press(page, "Delete 2 selected");
      assertThat(cards(page)).hasCount(1);
      assertThat(page.getByRole(AriaRole.BUTTON, Steps.named("Undo"))).isFocused();
      window.checkAccessibility("two deleted");
      window.screenshot("history-deleted-phone");
      window.checkWidth(320, "history with an undo");

      page.reload();
      assertThat(cards(page)).hasCount(1);
      Steps.press(page, "Undo");
      assertThat(cards(page)).hasCount(3);
      assertThat(page.getByText("2 results restored.")).isVisible();

      page.getByLabel("Select all").check();
      Steps.press(page, "Delete 3 selected");
      assertThat(page.getByText("Your results will appear here")).isVisible();
      window.screenshot("history-all-deleted-phone");
      Steps.press(page, "Undo");
      assertThat(cards(page)).hasCount(3);
    }
  }

  @Test
  void enter_on_a_selected_result_deletes_it() {
    RunningServer.Person person = SERVER.newUser();
    Steps.predict(SERVER, person, Steps.VOLVO, 3);
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = history(window, person);
      Locator third = page.locator(".cards [name=id]").nth(2);
      String id = third.inputValue();
      third.check();
      third.press("Enter");
      assertThat(page.getByText("1 result deleted")).isVisible();
      assertThat(page.locator(".cards [value='" + id + "']")).hasCount(0);
      window.checkAccessibility("one deleted by Enter");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a_retry_deletes_the_same_result(boolean behindProxy) {
    RunningServer.Person person = SERVER.newUser();
    Steps.predict(SERVER, person, Steps.VOLVO, 3);
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = history(window, person);
      Object kept = page.locator(".cards [name=id]").evaluateAll("b => [b[0].value, b[1].value]");
      page.locator(".cards [name=id]").nth(0).check();
      page.locator(".cards [name=id]").nth(1).check();
      page.route(
          "**/history/delete",
          route -> Steps.makeUnreachable(route, behindProxy),
          new Page.RouteOptions().setTimes(1));
      window.expectUnreachableServer();
      page.locator(".cards [name=one]").nth(2).click();
      assertThat(page.locator("#away")).isVisible();
      window.screenshot("history-away");
      page.locator("#away button").click();
      assertThat(page.getByText("1 result deleted")).isVisible();
      assertThat(page.locator("#away")).isHidden();
      assertEquals(
          kept, page.locator(".cards [name=id]").evaluateAll("boxes => boxes.map(b => b.value)"));
    }
  }

  @Test
  void a_retry_fetches_older_results() {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = history(window, collector);
      window.expectUnreachableServer();
      page.route("**/history?**", Route::abort, new Page.RouteOptions().setTimes(1));
      page.getByText("Older results").click();
      page.locator("#away button").click();
      assertThat(cards(page)).hasCount(3);
    }
  }

  @Test
  void a_retry_applies_the_same_filter() {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = history(window, collector);
      window.expectUnreachableServer();
      page.route("**/history?**", Route::abort, new Page.RouteOptions().setTimes(1));
      page.getByLabel("Brand").selectOption(rareBrand);
      page.locator("#away button").click();
      assertThat(cards(page)).hasCount(1);
    }
  }

  @Test
  void without_scripts_deleting_and_undo_keep_the_filter() {
    RunningServer.Person person = SERVER.newUser();
    String brand = Steps.predict(SERVER, person, Steps.VOLVO, 2);
    Steps.predict(SERVER, person, Steps.AUDI, 1);
    try (Window window = Window.withoutScripts(SERVER.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, person);
      page.navigate("/history?brand=" + brand);
      Steps.press(page, "Delete selected");
      assertThat(page.locator(".summary")).containsText("Select at least one result first.");
      assertThat(cards(page)).hasCount(2);

      page.locator(".cards [name=id]").first().check();
      Steps.press(page, "Delete selected");
      assertThat(cards(page)).hasCount(1);
      assertThat(page.getByLabel("Brand")).hasValue(brand);
      Steps.press(page, "Undo");
      assertThat(cards(page)).hasCount(2);
      assertThat(page.getByLabel("Brand")).hasValue(brand);
    }
  }

  @Test
  void a_result_can_be_deleted_from_its_own_page_by_keyboard() {
    RunningServer.Person person = SERVER.newUser();
    Steps.predict(SERVER, person, Steps.VOLVO, 1);
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = history(window, person);
      page.locator(".shot").press("Enter");
      Locator delete = page.getByRole(AriaRole.BUTTON, Steps.named("Delete").setExact(true));
      delete.press("Enter");
      assertThat(page.getByText("Your results will appear here")).isVisible();
      assertThat(page.getByRole(AriaRole.BUTTON, Steps.named("Undo"))).isFocused();
      page.keyboard().press("Enter");
      assertThat(cards(page)).hasCount(1);
      assertThat(page.getByLabel("Brand")).isVisible();
    }
  }

  @Test
  void a_correction_keeps_the_number_of_brands() {
    RunningServer.Person person = SERVER.newUser();
    Steps.predict(SERVER, person, Steps.VOLVO, 1);
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = history(window, person);
      page.locator(".shot").click();
      page.getByLabel("Brands to show").selectOption("9");
      assertThat(page.locator(".scores tbody tr")).hasCount(9);
      page.locator(".correction select").selectOption("Audi");
      Steps.press(page, "Send");
      assertThat(page.locator(".thanks")).containsText("Audi");
      assertThat(page.locator(".thanks")).isFocused();
      assertThat(page.locator(".scores tbody tr")).hasCount(9);
    }
  }

  private static Page history(Window window, RunningServer.Person person) {
    Page page = window.page();
    Steps.signIn(page, person);
    page.navigate("/history");
    return page;
  }

  private static Locator cards(Page page) {
    return page.locator(".cards li");
  }

  private static long csvLines(Page page) throws IOException {
    Download file = page.waitForDownload(() -> page.getByText("Download as CSV").click());
    assertTrue(file.suggestedFilename().endsWith(".csv"), file.suggestedFilename());
    return Files.readString(file.path()).lines().count();
  }
}
