package dev.marque.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.ColorScheme;
import dev.marque.app.RunningServer;
import dev.marque.app.RunningServer.Person;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * Tests that operations can be tried out on the page of the API, under the content security policy
 * of all pages.
 */
class SwaggerIT {

  private static final RunningServer SERVER = RunningServer.shared();
  private static final double TIMEOUT_MILLIS = 60_000;
  private static final Path PHOTO = Path.of("src/test/resources/photos/audi.jpg");

  @Test
  void after_password_authorization_operations_can_be_tried_out() {
    Person person = SERVER.newUser();
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      Page page = window.page();
      page.setDefaultTimeout(TIMEOUT_MILLIS);
      page.navigate("/login?next=%2Fdocs");
      page.locator("input[name=username]").fill(person.username());
      page.locator("input[name=password]").fill(person.password());
      page.locator("main form button[type=submit]").click();
      page.locator(".swagger-ui button.authorize").first().click();

      page.locator("#oauth_username").fill(person.username());
      page.locator("#oauth_password").fill(person.password());
      page.locator(".auth-container:has(#oauth_username) button.authorize").click();
      // Authorization replaces the form's button with this one.
      assertThat(page.locator(".auth-container button").getByText("Logout"))
          .isVisible(withinTimeout());
      page.locator(".dialog-ux button.btn-done").first().click();

      Locator me = page.locator("#operations-accounts-me");
      me.locator(".opblock-summary-control").click();
      me.getByText("Try it out").click();
      me.locator("button.execute").click();
      // The equivalent curl command shows that the token was sent, not only the cookie.
      assertThat(me.locator(".curl-command")).containsText("Bearer ", textWithinTimeout());
      assertThat(me.locator(".live-responses-table tr.response .response-col_status"))
          .containsText("200", textWithinTimeout());
      assertThat(me.locator(".live-responses-table")).containsText(person.username());
      window.screenshot("swagger");

      Locator predict = page.locator("#operations-predictions-predict");
      predict.locator(".opblock-summary-control").click();
      predict.getByText("Try it out").click();
      predict.locator("input[type=file]").first().setInputFiles(PHOTO);
      predict.locator("button.execute").click();
      assertThat(predict.locator(".live-responses-table tr.response .response-col_status"))
          .containsText("201", textWithinTimeout());
      assertThat(predict.locator(".live-responses-table")).containsText("\"verdict\"");
    }
  }

  @Test
  void axe_finds_no_violation_in_swagger_ui_in_light_and_dark() {
    try (PagePreview preview = new PagePreview(0);
        Window window = Window.desktop(preview.baseUrl())) {
      Page page = window.page();
      page.navigate("/preview/docs");
      page.locator("#operations-predictions-predict .opblock-summary-control").click();
      assertThat(page.locator("#operations-predictions-predict .microlight").first())
          .isVisible(withinTimeout());
      window.checkAccessibilityIncludingSwagger("the API's page");
      window.show(ColorScheme.DARK);
      window.checkContrastIncludingSwagger("the API's page in dark");
    }
  }

  private static LocatorAssertions.IsVisibleOptions withinTimeout() {
    return new LocatorAssertions.IsVisibleOptions().setTimeout(TIMEOUT_MILLIS);
  }

  private static LocatorAssertions.ContainsTextOptions textWithinTimeout() {
    return new LocatorAssertions.ContainsTextOptions().setTimeout(TIMEOUT_MILLIS);
  }
}
