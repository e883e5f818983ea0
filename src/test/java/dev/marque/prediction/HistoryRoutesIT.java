package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.app.RunningServer;
import dev.marque.contract.ApiClient;
import dev.marque.platform.Ids;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Optional;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sends forms of the history page with filters that the page itself never sends. */
class HistoryRoutesIT {

  private final RunningServer server = RunningServer.shared();
  private final ApiClient client = server.client(server.newUser());

  private String predict() throws IOException {
    HttpResponse<String> created =
        client.send(
            "POST",
            PredictionApi.PATH,
            BodyPublishers.ofFile(Path.of("src/test/resources/photos/audi.jpg")),
            "Content-Type",
            "image/jpeg");
    return new JsonObject(created.body()).getString("id");
  }

  private void assertShowsError(HttpResponse<String> answer) {
    assertEquals(422, answer.statusCode(), answer.body());
    assertEquals(1, Jsoup.parse(answer.body()).select(".summary li").size(), answer.body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"from=x", "until=0000-00-00", "verdict=x", "brand=%00", "after=x"})
  void a_late_undo_with_an_invalid_filter_is_answered(String filter) {
    String form = "deletion=" + Ids.next() + "&" + filter;
    assertShowsError(client.form("/history/restore", form));
  }

  @Test
  void a_repeated_undo_says_that_the_results_were_already_restored() throws IOException {
    String id = predict();
    HttpResponse<String> deleted = client.form("/history/delete", "id=" + id);
    String shown = deleted.headers().firstValue("Location").orElseThrow();
    String form = "deletion=" + shown.substring(shown.indexOf('=') + 1);
    assertEquals(303, client.form("/history/restore", form).statusCode());
    HttpResponse<String> repeated = client.form("/history/restore", form);
    assertEquals(422, repeated.statusCode());
    Document page = Jsoup.parse(repeated.body());
    assertTrue(page.select(".summary").text().contains("already restored"), repeated.body());
    assertEquals(1, page.select(".cards li").size());
  }

  @Test
  void an_invalid_filter_is_not_pushed_to_the_browser_history() {
    HttpResponse<String> answer =
        client.send("GET", "/history?until=x", BodyPublishers.noBody(), "HX-Request", "true");
    assertShowsError(answer);
    assertEquals(Optional.empty(), answer.headers().firstValue("HX-Push-Url"));
  }

  @ParameterizedTest
  @CsvSource({
    "/predictions, /",
    "/history/delete, /history",
    "/account/password, /account",
    "/account/tokens/revoke, /account"
  })
  void the_address_of_a_form_leads_to_its_page(String form, String page) {
    HttpResponse<String> opened = client.get(form);
    assertEquals(303, opened.statusCode(), opened.body());
    assertEquals(page, opened.headers().firstValue("Location").orElse(""));
  }

  @Test
  void signing_out_needs_a_form() {
    assertEquals(405, client.get("/logout").statusCode());
    assertEquals(200, client.get("/history").statusCode());
  }

  @Test
  void nothing_is_deleted_if_the_undo_cannot_be_offered() throws IOException {
    String id = predict();
    assertShowsError(client.form("/history/delete", "id=" + id + "&from=x"));
    assertEquals(200, client.get(PredictionApi.PATH + "/" + id).statusCode());
    assertEquals(303, client.form("/history/delete", "id=" + id).statusCode());
    assertEquals(404, client.get(PredictionApi.PATH + "/" + id).statusCode());
  }
}
