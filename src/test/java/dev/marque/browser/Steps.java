package dev.marque.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.restassured.RestAssured.given;

import com.microsoft.playwright.Frame;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import dev.marque.app.RunningServer;
import io.restassured.specification.RequestSpecification;
import java.nio.file.Path;
import java.util.Collections;

/** User actions that several tests share. */
final class Steps {

  static final Path AUDI = Path.of("src/test/resources/photos/audi.jpg");
  static final Path VOLVO = Path.of("src/test/resources/photos/volvo.jpg");
  static final double TIMEOUT_MILLIS = 30_000;

  private Steps() {}

  static void signIn(Page page, RunningServer.Person person) {
    page.navigate("login");
    signInHere(page.mainFrame(), person);
  }

  /** Submits the sign-in form of the current page. */
  static void signInHere(Frame frame, RunningServer.Person person) {
    frame.getByLabel("User name").fill(person.username());
    frame
        .getByLabel("Password", new Frame.GetByLabelOptions().setExact(true))
        .fill(person.password());
    frame.locator("main form button[type=submit]").click();
    assertThat(frame.locator("main form button[aria-busy]")).hasCount(0, withinTimeout());
  }

  /**
   * Returns the file picker once the page's script is loaded, which lets it accept several files.
   */
  static Locator picker(Frame frame) {
    return frame.locator("#image[multiple]");
  }

  static Locator picker(Page page) {
    return picker(page.mainFrame());
  }

  static LocatorAssertions.HasCountOptions withinTimeout() {
    return new LocatorAssertions.HasCountOptions().setTimeout(TIMEOUT_MILLIS);
  }

  static Page.GetByRoleOptions named(String name) {
    return new Page.GetByRoleOptions().setName(name);
  }

  static void press(Page page, String button) {
    page.getByRole(AriaRole.BUTTON, named(button).setExact(true)).click();
  }

  /** Aborts a request, or answers it like a proxy that cannot reach the server. */
  static void makeUnreachable(Route route, boolean behindProxy) {
    if (behindProxy) {
      route.fulfill(
          new Route.FulfillOptions()
              .setStatus(502)
              .setContentType("text/html")
              .setBody("<h1>502 Bad Gateway</h1>"));
    } else {
      route.abort();
    }
  }

  /** Sends copies of a photo through the API and returns the most probable brand of the first. */
  static String predict(RunningServer server, RunningServer.Person person, Path photo, int copies) {
    RequestSpecification request =
        given().header("Authorization", "Bearer " + person.token()).baseUri(server.baseUrl());
    for (Path copy : Collections.nCopies(copies, photo)) {
      request.multiPart("image", copy.toFile(), "image/jpeg");
    }
    String first = copies == 1 ? "brands[0].brand" : "results[0].prediction.brands[0].brand";
    return request
        .post("/api/v1/predictions")
        .then()
        .statusCode(copies == 1 ? 201 : 207)
        .extract()
        .path(first);
  }
}
