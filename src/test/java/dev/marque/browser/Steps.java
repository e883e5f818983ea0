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

/** What people do in many of the tests. */
final class Steps {

  static final Path AUDI = Path.of("src/test/resources/photos/audi.jpg");
  static final Path VOLVO = Path.of("src/test/resources/photos/volvo.jpg");
  static final double PATIENCE = 30_000;

  private Steps() {}

  static void signIn(Page page, RunningServer.Person person) {
    page.navigate("login");
    signInHere(page.mainFrame(), person);
  }

  /** On the page for it, which is there already. */
  static void signInHere(Frame frame, RunningServer.Person person) {
    frame.getByLabel("User name").fill(person.username());
    frame
        .getByLabel("Password", new Frame.GetByLabelOptions().setExact(true))
        .fill(person.password());
    frame.locator("main form button[type=submit]").click();
    assertThat(frame.locator("main form button[aria-busy]")).hasCount(0, patiently());
  }

  /** Where photos are chosen, once the page's script is there: only then it takes several. */
  static Locator picker(Frame frame) {
    return frame.locator("#image[multiple]");
  }

  static Locator picker(Page page) {
    return picker(page.mainFrame());
  }

  static LocatorAssertions.HasCountOptions patiently() {
    return new LocatorAssertions.HasCountOptions().setTimeout(PATIENCE);
  }

  static Page.GetByRoleOptions named(String name) {
    return new Page.GetByRoleOptions().setName(name);
  }

  static void press(Page page, String button) {
    page.getByRole(AriaRole.BUTTON, named(button).setExact(true)).click();
  }

  /** No answer to a request, or that of a proxy which does not reach the server. */
  static void away(Route route, boolean behindProxy) {
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

  /** Sends copies of a photo through the API; the brand that the network found. */
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
