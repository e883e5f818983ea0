package dev.marque.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import dev.marque.app.RunningServer;
import dev.marque.app.RunningServer.Person;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page that explains the API lets everything be tried, under the same policy as all pages. */
class SwaggerIT {

  private static final RunningServer SERVER = RunningServer.shared();
  private static final double PATIENCE = 60_000;
  private static final Path PHOTO = Path.of("src/test/resources/photos/audi.jpg");

  @Test
  void authorize_takes_name_and_password_and_calls_can_be_tried_with_a_photo_too() {
    Person person = SERVER.newUser();
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      page.setDefaultTimeout(PATIENCE);
      page.navigate("/login?next=%2Fdocs");
      page.locator("input[name=username]").fill(person.username());
      page.locator("input[name=password]").fill(person.password());
      page.locator("main form button[type=submit]").click();
      page.locator(".swagger-ui button.authorize").first().click();

      page.locator("#oauth_username").fill(person.username());
      page.locator("#oauth_password").fill(person.password());
      page.locator(".auth-container:has(#oauth_username) button.authorize").click();
      // The form gives way to what was entered, and to this.
      assertThat(page.locator(".auth-container button").getByText("Logout")).isVisible(patiently());
      page.locator(".dialog-ux button.btn-done").first().click();

      Locator me = page.locator("#operations-accounts-me");
      me.locator(".opblock-summary-control").click();
      me.getByText("Try it out").click();
      me.locator("button.execute").click();
      // Swagger UI shows the command that it stands for: the token was sent, not only the cookie.
      assertThat(me.locator(".curl-command")).containsText("Bearer ", textPatiently());
      assertThat(me.locator(".live-responses-table tr.response .response-col_status"))
          .containsText("200", textPatiently());
      assertThat(me.locator(".live-responses-table")).containsText(person.username());
      window.screenshot("swagger");

      Locator predict = page.locator("#operations-predictions-predict");
      predict.locator(".opblock-summary-control").click();
      predict.getByText("Try it out").click();
      predict.locator("input[type=file]").first().setInputFiles(PHOTO);
      predict.locator("button.execute").click();
      assertThat(predict.locator(".live-responses-table tr.response .response-col_status"))
          .containsText("201", textPatiently());
      assertThat(predict.locator(".live-responses-table")).containsText("\"verdict\"");
    }
  }

  @Test
  void axe_finds_nothing_in_what_it_draws_in_light_and_dark() {
    try (PagePreview preview = new PagePreview(0);
        Window light = Window.desktop(preview.baseUrl());
        Window dark = Window.dark(preview.baseUrl())) {
      for (Window window : List.of(light, dark)) {
        Page page = window.page();
        page.navigate("/preview/docs");
        page.locator("#operations-predictions-predict .opblock-summary-control").click();
        assertThat(page.locator("#operations-predictions-predict .microlight").first())
            .isVisible(patiently());
        window.checkAllAccessibility("the API's page");
      }
    }
  }

  private static LocatorAssertions.IsVisibleOptions patiently() {
    return new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE);
  }

  private static LocatorAssertions.ContainsTextOptions textPatiently() {
    return new LocatorAssertions.ContainsTextOptions().setTimeout(PATIENCE);
  }
}
