package dev.marque.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.marque.app.RunningServer;
import java.nio.file.Path;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the steps of a user against a running server, from sign-up to result and history. */
class UserJourneyIT {

  private static final Path AUDI = Path.of("src/test/resources/photos/audi.jpg");
  private static final Path VOLVO = Path.of("src/test/resources/photos/volvo.jpg");
  private static final Path NOT_A_PHOTO = Path.of("pom.xml");
  private static final double TIMEOUT_MILLIS = 30_000;

  private static final RunningServer SERVER = RunningServer.shared();

  @BeforeAll
  static void setAssertionTimeout() {
    PlaywrightAssertions.setDefaultAssertionTimeout(TIMEOUT_MILLIS);
  }

  @Test
  void with_scripts_the_result_appears_in_the_same_page() {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      signUpAndIn(page);
      choose(page, AUDI);
      window.screenshot("upload-chosen");
      page.getByLabel("Brands to show").selectOption("7");
      send(page);
      assertThat(page.locator(".result .scores tbody tr")).hasCount(7);
      assertThat(page).hasURL(Pattern.compile("/#[0-9a-f-]{36}$"));
      window.checkAccessibility("result in the upload page");
      window.screenshot("upload-result");

      page.locator(".result .change-k select").selectOption("3");
      assertThat(page.locator(".result .scores tbody tr")).hasCount(3);

      page.reload();
      assertThat(page.locator(".result .scores tbody tr")).hasCount(5);
      page.navigate("/history");
      page.goBack();
      assertThat(page.locator(".result .scores tbody tr")).hasCount(5);

      page.locator(".correction select").selectOption("Audi");
      page.getByRole(AriaRole.BUTTON, named("Send")).click();
      assertThat(page.locator(".thanks")).containsText("Audi");
    }
  }

  @Test
  void without_scripts_uploading_correcting_and_deleting_work() {
    try (Window window = Window.withoutScripts(SERVER.baseUrl())) {
      Page page = window.page();
      signUpAndIn(page);
      page.locator("#image").setInputFiles(AUDI);
      page.getByLabel("Brands to show").selectOption("4");
      send(page);
      assertThat(page).hasURL(Pattern.compile("/predictions/[0-9a-f-]{36}"));
      assertThat(page.locator(".scores tbody tr")).hasCount(4);

      page.locator(".change-k select").selectOption("25");
      page.getByRole(AriaRole.BUTTON, named("Show").setExact(true)).click();
      assertThat(page.locator(".scores tbody tr")).hasCount(25);

      page.locator(".correction select").selectOption("Volvo");
      page.getByRole(AriaRole.BUTTON, named("Send")).click();
      assertThat(page.locator(".thanks")).containsText("Volvo");

      page.getByRole(AriaRole.NAVIGATION).getByText("History").click();
      assertThat(page.locator(".cards li")).hasCount(1);
      window.screenshot("history-one");
      page.getByRole(AriaRole.BUTTON, named("Delete the result")).click();
      assertThat(page.getByText("Your results will appear here")).isVisible();

      page.getByRole(AriaRole.BUTTON, named("Sign out")).click();
      assertThat(page.getByRole(AriaRole.LINK, named("Sign in")).first()).isVisible();
    }
  }

  @Test
  void each_of_several_photos_gets_a_result_or_a_reason() {
    try (Window window = Window.phone(SERVER.baseUrl())) {
      Page page = window.page();
      signUpAndIn(page);
      Steps.picker(page).setInputFiles(new Path[] {AUDI, NOT_A_PHOTO, VOLVO});
      assertThat(page.locator("#queue .row")).hasCount(3);
      send(page);
      assertThat(page.locator(".result")).hasCount(2);
      assertThat(page.locator("#queue .row")).hasCount(1);
      assertThat(page.locator("#queue .failed .state")).not().isEmpty();
      window.checkAccessibility("queue with a failed photo");
      window.screenshot("queue-phone");
      page.getByRole(AriaRole.BUTTON, named("Remove")).click();
      assertThat(page.locator("#queue")).isHidden();
      window.checkWidth(390, "results on a phone");
      page.locator(".result").first().evaluate("result => result.scrollIntoView()");
      window.screenshot("result-phone");
    }
  }

  @Test
  void the_heat_map_can_be_switched_on_and_faded() {
    try (Window window = Window.dark(SERVER.baseUrl())) {
      Page page = window.page();
      signUpAndIn(page);
      choose(page, VOLVO);
      send(page);
      Locator heat = page.locator("[data-heat]");
      assertThat(heat).isHidden();
      page.getByRole(AriaRole.SWITCH).check();
      assertThat(heat).isVisible();
      Object width = heat.evaluate("image => image.decode().then(() => image.naturalWidth)");
      assertTrue(((Number) width).intValue() > 0, "the heat map is an image");
      page.locator("[data-heat-fade]").fill("30");
      assertThat(heat).hasCSS("opacity", "0.3");
      window.screenshot("result-heat-map-dark");
      page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
      page.locator("[data-heat-fade]").fill("65");
      window.picture("result", page.locator(".result"));
    }
  }

  @Test
  void sign_in_works_with_the_keyboard_alone() {
    RunningServer.Person person = SERVER.newUser();
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      page.navigate("/history");
      assertThat(page).hasURL(Pattern.compile("/login\\?next="));
      page.keyboard().press("Tab");
      assertThat(page.getByText("Skip to content")).isFocused();
      page.keyboard().press("Enter");
      page.keyboard().press("Tab");
      assertThat(page.getByLabel("User name")).isFocused();
      page.keyboard().type(person.username());
      page.keyboard().press("Tab");
      page.keyboard().type(person.password());
      page.keyboard().press("Enter");
      assertThat(page).hasURL(Pattern.compile("/history$"));
      assertThat(page.getByText("Your results will appear here")).isVisible();
    }
  }

  @Test
  void after_a_wrong_password_the_form_keeps_the_name_and_can_show_the_password() {
    RunningServer.Person person = SERVER.newUser();
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      signIn(page, person.username(), "not the password");
      assertThat(page.locator(".summary")).isFocused();
      assertThat(page.getByLabel("User name")).hasValue(person.username());
      window.checkAccessibility("sign-in rejected");
      assertThat(page.locator("#password")).hasAttribute("type", "password");
      page.locator(".password .show").click();
      assertThat(page.locator("#password")).hasAttribute("type", "text");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void form_input_is_kept_while_the_server_is_unreachable(boolean behindProxy) {
    RunningServer.Person person = SERVER.newUser();
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      page.navigate("/login");
      page.getByLabel("User name").fill(person.username());
      page.getByLabel("Password", new Page.GetByLabelOptions().setExact(true))
          .fill(person.password());
      page.route("**/*", route -> Steps.makeUnreachable(route, behindProxy));
      page.locator("main form button[type=submit]").click();
      assertThat(page.locator("#away")).isVisible();
      assertThat(page.getByLabel("User name")).hasValue(person.username());
      page.unroute("**/*");
      page.locator("#away button").click();
      assertThat(page.locator("#upload")).isVisible();
    }
  }

  @Test
  void a_double_click_on_send_creates_one_prediction() {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      signUpAndIn(page);
      choose(page, AUDI);
      page.locator("#send").dblclick();
      assertThat(page.locator(".result")).hasCount(1);
      page.navigate("/history");
      assertThat(page.locator(".cards li")).hasCount(1);
    }
  }

  @Test
  void a_session_that_ends_before_the_upload_leads_to_the_sign_in_and_back() {
    RunningServer.Person person = SERVER.newUser();
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      signIn(page, person.username(), person.password());
      // With several photos, others are still being sent when the first is rejected.
      Steps.picker(page).setInputFiles(new Path[] {AUDI, VOLVO, AUDI});
      page.context().clearCookies();
      page.onDialog(dialog -> fail("unexpected dialog: " + dialog.type()));
      send(page);
      assertThat(page).hasURL(Pattern.compile("/login"));
      assertThat(page.locator(".notice")).containsText("Your session has ended");
      signInHere(page, person.username(), person.password());
      assertThat(page.locator("#upload")).isVisible();
    }
  }

  @Test
  void a_download_after_the_session_has_ended_leads_to_the_sign_in() {
    RunningServer.Person person = SERVER.newUser();
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      signIn(page, person.username(), person.password());
      page.navigate("/account");
      page.context().clearCookies();
      page.getByText("Download everything").click();
      assertThat(page).hasURL(Pattern.compile("/login\\?next="));
    }
  }

  @Test
  void pages_of_a_running_server_are_accessible_in_german() {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      signUpAndIn(page);
      for (String path : new String[] {"/", "/history", "/account", "/model", "/no-such-page"}) {
        page.navigate(path.equals("/") ? "/?lang=de" : path);
        assertEquals("de", page.locator("html").getAttribute("lang"));
        assertTrue(page.locator("h1").count() == 1, path);
        window.checkAccessibility(path);
        window.screenshot("server" + path.replace('/', '-'));
      }
    }
  }

  private static void signUpAndIn(Page page) {
    String username = "browser" + UUID.randomUUID().toString().substring(0, 8);
    String password = "correct horse " + UUID.randomUUID();
    page.navigate("/");
    page.getByRole(AriaRole.LINK, named("Create account")).first().click();
    page.getByLabel("First name").fill("Ada");
    page.getByLabel("Last name").fill("Lovelace");
    page.getByLabel("E-mail address").fill(username + "@example.org");
    page.getByLabel("User name").fill(username);
    page.getByLabel("Password", new Page.GetByLabelOptions().setExact(true)).fill(password);
    page.locator("main form button[type=submit]").click();
    page.waitForURL(url -> !url.contains("/signup"));
    if (page.locator("#upload").count() == 0) {
      signIn(page, username, password);
    }
    assertThat(page.locator("#upload")).isVisible();
  }

  private static void signIn(Page page, String username, String password) {
    page.navigate("/login");
    signInHere(page, username, password);
  }

  private static void signInHere(Page page, String username, String password) {
    page.getByLabel("User name").fill(username);
    page.getByLabel("Password", new Page.GetByLabelOptions().setExact(true)).fill(password);
    page.locator("main form button[type=submit]").click();
    assertThat(page.locator("main form button[aria-busy]")).hasCount(0, withinTimeout());
  }

  private static LocatorAssertions.HasCountOptions withinTimeout() {
    return new LocatorAssertions.HasCountOptions().setTimeout(TIMEOUT_MILLIS);
  }

  private static void choose(Page page, Path photo) {
    Steps.picker(page).setInputFiles(photo);
    assertThat(page.locator("#queue .row")).hasCount(1);
  }

  private static void send(Page page) {
    page.getByRole(AriaRole.BUTTON, named("Find the brand")).click();
  }

  private static Page.GetByRoleOptions named(String name) {
    return new Page.GetByRoleOptions().setName(name);
  }
}
