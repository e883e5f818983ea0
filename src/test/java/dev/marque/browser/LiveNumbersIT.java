package dev.marque.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import dev.marque.app.RunningServer;
import dev.marque.app.RunningServer.Person;
import java.nio.charset.StandardCharsets;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;

/** Tests the administrators' page of live numbers on a server that classifies photos. */
class LiveNumbersIT {

  private static final String PATH = "/admin/numbers";

  private final RunningServer server = RunningServer.shared();

  private Document page(String query) {
    String html =
        given()
            .header("Authorization", "Bearer " + server.administrator().token())
            .get(server.baseUrl() + PATH + query)
            .then()
            .statusCode(200)
            .extract()
            .asString();
    return Jsoup.parse(html);
  }

  private static String fact(Document page, String name) {
    Element term =
        page.select(".facts dt").stream()
            .filter(dt -> dt.text().equals(name))
            .findFirst()
            .orElseThrow();
    return term.parent().selectFirst("dd").text();
  }

  @Test
  void predictions_and_their_latency_are_shown() {
    Steps.predict(server, server.newUser(), Steps.AUDI, 1);
    Document page = page("");
    assertFalse(fact(page, "Photos per second").equals("0"), page.text());
    assertTrue(fact(page, "99th percentile").matches("[0-9.,]+ ms"), page.text());
    assertFalse(fact(page, "Photos per batch").equals("–"), page.text());
    assertTrue(fact(page, "Heap in use").endsWith("MiB"), page.text());
    assertTrue(page.select("#nodes-table td").text().contains("marque"), page.text());
  }

  @Test
  void a_refusal_is_counted_by_its_reason() {
    given()
        .header("Authorization", "Bearer " + server.newUser().token())
        .header("Content-Type", "image/jpeg")
        .body("not a photo".getBytes(StandardCharsets.UTF_8))
        .post(server.baseUrl() + "/api/v1/predictions")
        .then()
        .statusCode(415);
    assertTrue(page("").text().contains("Unsupported image type"));
  }

  @Test
  void the_page_polls_a_limited_number_of_times() {
    assertEquals(PATH + "?left=119", page("").select("#numbers").attr("hx-get"));
    assertEquals(PATH + "?left=119", page("?left=999").select("#numbers").attr("hx-get"));
    assertEquals("", page("?left=0").select("#numbers").attr("hx-get"));
    assertEquals("", page("?left=0").select("#numbers").attr("hx-trigger"));
    assertEquals(PATH + "?left=0", page("").select("a:contains(Stop refreshing)").attr("href"));
    assertEquals(0, page("?left=0").select("a:contains(Stop refreshing)").size());
  }

  @Test
  void only_administrators_see_the_numbers() {
    given()
        .header("Authorization", "Bearer " + server.newUser().token())
        .get(server.baseUrl() + PATH)
        .then()
        .statusCode(403);
    given().redirects().follow(false).get(server.baseUrl() + PATH).then().statusCode(303);
  }

  @Test
  void the_numbers_update_while_the_page_is_open() {
    Person administrator = server.administrator();
    try (Window window = Window.desktop(server.baseUrl())) {
      Page page = window.page();
      Steps.signIn(page, administrator);
      page.navigate(PATH);
      Locator sum = page.locator("#numbers table[aria-labelledby=verdicts] td.number");
      String before = String.join(" ", sum.allTextContents());
      Steps.predict(server, server.newUser(), Steps.AUDI, 1);
      assertThat(page.locator("#numbers"))
          .hasAttribute(
              "hx-get",
              PATH + "?left=118",
              new LocatorAssertions.HasAttributeOptions().setTimeout(Steps.TIMEOUT_MILLIS));
      assertFalse(before.equals(String.join(" ", sum.allTextContents())));
      window.checkAccessibility("live numbers");
    }
  }
}
