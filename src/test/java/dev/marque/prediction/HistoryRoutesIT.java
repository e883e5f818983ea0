package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Forms of the history page with a filter that no page of ours has sent. */
class HistoryRoutesIT {

  private final RunningServer server = RunningServer.shared();
  private final ApiClient client = server.client(server.newUser());

  private String predict() throws IOException {
    HttpResponse<String> made =
        client.send(
            "POST",
            PredictionApi.PATH,
            BodyPublishers.ofFile(Path.of("src/test/resources/photos/audi.jpg")),
            "Content-Type",
            "image/jpeg");
    return new JsonObject(made.body()).getString("id");
  }

  private void assertSaysWhatIsWrong(HttpResponse<String> answer) {
    assertEquals(422, answer.statusCode(), answer.body());
    assertEquals(1, Jsoup.parse(answer.body()).select(".summary li").size(), answer.body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"from=x", "until=0000-00-00", "verdict=x", "brand=%00", "after=x"})
  void an_undo_that_comes_too_late_is_answered_whatever_the_filter(String filter) {
    String form = "deletion=" + Ids.next() + "&" + filter;
    assertSaysWhatIsWrong(client.form("/history/restore", form));
  }

  @Test
  void a_filter_that_does_not_hold_is_no_page_to_come_back_to() {
    HttpResponse<String> answer =
        client.send("GET", "/history?until=x", BodyPublishers.noBody(), "HX-Request", "true");
    assertSaysWhatIsWrong(answer);
    assertEquals(Optional.empty(), answer.headers().firstValue("HX-Push-Url"));
  }

  @Test
  void nothing_is_deleted_where_the_undo_could_not_be_offered() throws IOException {
    String id = predict();
    assertSaysWhatIsWrong(client.form("/history/delete", "id=" + id + "&from=x"));
    assertEquals(200, client.get(PredictionApi.PATH + "/" + id).statusCode());
    assertEquals(303, client.form("/history/delete", "id=" + id).statusCode());
    assertEquals(404, client.get(PredictionApi.PATH + "/" + id).statusCode());
  }
}
