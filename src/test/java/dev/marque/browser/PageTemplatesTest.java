package dev.marque.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Attribute;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the HTML of every page in every language, with sample data. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageTemplatesTest {

  private static final int LARGEST_PAGE = 30_000;

  private final HttpClient http = HttpClient.newHttpClient();
  private PagePreview preview;

  @BeforeAll
  void start() {
    preview = new PagePreview(0);
  }

  @AfterAll
  void stop() {
    preview.close();
  }

  Stream<String> pages() {
    return preview.names().stream();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void a_page_is_complete_safe_and_accessible_in_both_languages(String name) throws Exception {
    for (String language : List.of("en", "de")) {
      HttpResponse<String> response = get(name, "Accept-Language", language);
      assertEquals(preview.statusOf(name), response.statusCode(), response.body());
      Document page = Jsoup.parse(response.body());
      assertEquals(language, page.selectXpath("/html").attr("lang"));
      assertEquals(language, response.headers().firstValue("Content-Language").orElse(""));
      assertTrue(page.title().endsWith("· Marque"), page.title());
      assertEquals(1, page.select("main").size());
      assertEquals(1, page.select("h1").size());
      assertTrue(response.body().startsWith("<!DOCTYPE html>"));
      assertFalse(response.body().contains(" th:"), "an unprocessed template attribute");
      checkElements(page);
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void htmx_gets_only_title_and_main(String name) throws Exception {
    HttpResponse<String> response = get(name, "HX-Request", "true");
    assertFalse(response.body().contains("<html"), response.body());
    assertFalse(response.body().contains("<nav aria-label=\"Main\""), response.body());
    Document fragment = Jsoup.parse(response.body());
    assertEquals(1, fragment.select("main").size());
    assertEquals(1, fragment.select("title").size());
    assertTrue(
        response.headers().firstValue("Vary").orElse("").contains("HX-Request"),
        response.headers().toString());
  }

  @ParameterizedTest
  @MethodSource("pages")
  void a_compressed_page_is_at_most_30_kb(String name) throws Exception {
    int bytes = compressed(get(name, "Accept-Language", "de").body());
    assertTrue(bytes <= LARGEST_PAGE, name + " has " + bytes + " bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"signup-wrong", "result-all", "corrections"})
  void user_input_is_escaped(String name) throws Exception {
    String body = get(name, "Accept-Language", "en").body();
    assertFalse(body.contains("<b>"), body);
    assertTrue(body.contains("&lt;b&gt;"), body);
  }

  @Test
  void unmeasured_values_are_not_shown_as_numbers() throws Exception {
    Document model = Jsoup.parse(get("model", "Accept-Language", "en").body());
    assertEquals(2, model.select("td[data-value=-1]:contains(–):not(:contains(%))").size());
    String result = get("result-all", "Accept-Language", "en").body();
    assertTrue(result.contains("was not measured"), result);
    assertFalse(result.contains("Of 100 answers"), result);
  }

  @ParameterizedTest
  @CsvSource({
    "history-nothing, No results match",
    "history-page-empty, Nothing is left on this page"
  })
  void a_page_without_results_says_why(String name, String words) throws Exception {
    Document page = Jsoup.parse(get(name, "Accept-Language", "en").body());
    assertTrue(page.select("#found .empty").text().startsWith(words), page.text());
  }

  @Test
  void the_front_page_shows_the_number_of_brands_of_the_model() throws Exception {
    Document page = Jsoup.parse(get("front", "Accept-Language", "en").body());
    assertTrue(page.select(".lead").text().contains("which of 7 brands"), page.text());
  }

  @ParameterizedTest
  @CsvSource({"history, 8, 1", "result-without-photo, 0, 1", "result-confident, 2, 0"})
  void a_photo_that_is_not_kept_is_replaced_by_a_placeholder(
      String name, int photos, int placeholders) throws Exception {
    Document page = Jsoup.parse(get(name, "Accept-Language", "en").body());
    assertEquals(photos, page.select("main img").size());
    assertEquals(placeholders, page.select(".blank").size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "result-confident | This is an Audi"
            + " | Of 100 answers with this confidence, 97 were right.",
        "result-unsure | Perhaps an Audi"
            + " | Of 100 answers with this confidence, 71 were right. Consider the other brands too.",
        "result-unknown_make | A car, but none of the brands the model knows"
            + " | No brand stands out. The table shows the most similar ones; do not rely on it.",
        "result-not_a_car | There seems to be no car in this photo | The probability of a car is"
            + " 1.2%. The table shows what the answer would be if there were one.",
        "result-all | Perhaps an Audi | How often answers with this confidence are right was not"
            + " measured. Consider the other brands too.",
        "result-without-photo | This is an Audi"
            + " | Of 100 answers with this confidence, 99 were right."
      })
  void a_result_states_its_verdict_and_how_far_to_trust_it(
      String name, String verdict, String trust) throws Exception {
    Document page = Jsoup.parse(get(name, "Accept-Language", "en").body());
    assertEquals(verdict, page.select("h1").text());
    assertEquals(List.of(trust), page.select(".finding > .muted").eachText());
  }

  /** {@code result-without-photo} is the result of an older model with another brand. */
  @ParameterizedTest
  @CsvSource({"result-confident, Audi", "result-all, Rolls-Royce", "result-without-photo, ''"})
  void the_form_for_a_correction_suggests_only_what_was_answered(String name, String brand)
      throws Exception {
    Document page = Jsoup.parse(get(name, "Accept-Language", "en").body());
    assertEquals(
        List.of(brand), page.select(".correction [name=brand] [selected]").eachAttr("value"));
  }

  @Test
  void the_list_of_corrections_names_its_state() throws Exception {
    Document page = Jsoup.parse(get("corrections", "Accept-Language", "en").body());
    assertEquals("Corrections: Accepted", page.select("h1").text());
    assertEquals("Corrections: Accepted · Marque", page.title());
  }

  @Test
  void the_audit_log_names_roles_in_the_language_of_the_page() throws Exception {
    Document page = Jsoup.parse(get("audit", "Accept-Language", "de").body());
    assertEquals(List.of("Administrator"), page.select("td .muted").eachText());
  }

  @Test
  void phones_capitalise_names_only() throws Exception {
    Document page = Jsoup.parse(get("signup", "Accept-Language", "en").body());
    assertEquals(
        List.of("first_name", "last_name"), page.select("[autocapitalize=words]").eachAttr("name"));
    assertEquals("none", page.select("[name=username]").attr("autocapitalize"));
  }

  @Test
  void a_session_is_ended_by_a_button_that_is_described_by_it() throws Exception {
    Document page = Jsoup.parse(get("account", "Accept-Language", "en").body());
    String session =
        page.select("button:contains(Sign out)[aria-describedby]").attr("aria-describedby");
    assertTrue(page.select("#" + session).text().startsWith("curl"), session);
  }

  @Test
  void only_the_form_for_deletion_requires_its_password() throws Exception {
    Document page = Jsoup.parse(get("account", "Accept-Language", "en").body());
    assertFalse(page.select("#profile-password").hasAttr("required"));
    assertTrue(page.select("#delete-password").hasAttr("required"));
  }

  @ParameterizedTest
  @CsvSource({"login, current-password", "signup, new-password"})
  void password_managers_learn_which_password_a_form_expects(String name, String which)
      throws Exception {
    Document page = Jsoup.parse(get(name, "Accept-Language", "en").body());
    assertEquals("username", page.select("input[name=username]").attr("autocomplete"));
    assertEquals(which, page.select("input[name=password]").attr("autocomplete"));
  }

  @Test
  void head_has_the_headers_of_get_and_no_body() throws Exception {
    HttpResponse<String> get = get("front", "Accept-Language", "en");
    HttpResponse<String> head =
        http.send(
            HttpRequest.newBuilder(URI.create(preview.baseUrl() + "/preview/front"))
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertEquals(200, head.statusCode());
    assertEquals("", head.body());
    assertEquals(
        get.headers().firstValue("Content-Length"), head.headers().firstValue("Content-Length"));
  }

  @Test
  void an_embedded_page_has_no_header_and_its_links_stay_embedded() throws Exception {
    Document page =
        Jsoup.parse(get("upload?embed=1&theme=dark&lang=de", "Accept-Language", "en").body());
    assertEquals("de", page.selectXpath("/html").attr("lang"));
    assertEquals("dark", page.selectXpath("/html").attr("data-theme"));
    assertEquals(0, page.select("header.top").size());
    assertEquals("https://portal.example", page.selectXpath("/html").attr("data-portal"));
    for (Element link : page.select("a[href^=/], form[action]")) {
      String target = link.hasAttr("action") ? link.attr("action") : link.attr("href");
      assertTrue(target.contains("embed=1&theme=dark&lang=de"), target);
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void a_search_or_filter_in_an_embedded_page_stays_embedded(String name) throws Exception {
    Document page =
        Jsoup.parse(get(name + "?embed=1&theme=dark&lang=de", "Accept-Language", "en").body());
    for (Element form : page.select("form[method=get]")) {
      assertEquals("1", form.select("[name=embed]").val(), form.outerHtml());
      assertEquals("dark", form.select("[name=theme]").val());
      assertEquals("de", form.select("[name=lang]").val());
    }
  }

  private static void checkElements(Document page) {
    for (Element element : page.getAllElements()) {
      for (Attribute attribute : element.attributes()) {
        String key = attribute.getKey().toLowerCase(Locale.ROOT);
        assertFalse(key.equals("style") || key.startsWith("on"), element.outerHtml());
      }
    }
    assertEquals(0, page.select("style, script:not([src])").size());
    for (Element form : page.select("form")) {
      assertTrue(List.of("get", "post").contains(form.attr("method")), form.outerHtml());
      assertTrue(form.attr("action").startsWith("/"), form.outerHtml());
      if (!form.select("input[type=password]").isEmpty()) {
        assertEquals("post", form.attr("method"), "a password must not be part of a URL");
      }
    }
    for (Element input : page.select("input:not([type=hidden]), select")) {
      boolean named =
          input.closest("label") != null
              || input.hasAttr("aria-label")
              || page.select("label[for=" + input.id() + "]").size() == 1;
      assertTrue(named, "no label for " + input.outerHtml());
    }
    for (Element password : page.select("input[type=password]")) {
      String kind = password.attr("autocomplete");
      assertTrue(List.of("current-password", "new-password").contains(kind), kind);
      Element show = password.nextElementSibling();
      assertTrue(show != null && show.attr("aria-controls").equals(password.id()), "show button");
    }
    for (Element image : page.select("img")) {
      assertTrue(image.hasAttr("alt"), image.outerHtml());
    }
    for (Element header : page.select("th")) {
      assertTrue(header.hasAttr("scope"), header.outerHtml());
    }
    for (Element described : page.select("[aria-describedby]")) {
      for (String id : described.attr("aria-describedby").trim().split(" ", -1)) {
        assertNotNull(page.getElementById(id), id);
      }
    }
  }

  private HttpResponse<String> get(String name, String header, String value)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create(preview.baseUrl() + "/preview/" + name))
            .header(header, value)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static int compressed(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.size();
  }
}
