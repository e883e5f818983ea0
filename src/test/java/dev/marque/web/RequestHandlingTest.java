package dev.marque.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.Eventually;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The handlers that all requests pass through, over real HTTP. */
class RequestHandlingTest {

  private static WebTestServer server;

  @BeforeAll
  static void open() {
    server = WebTestServer.with(RequestHandlingTest::routes);
  }

  @AfterAll
  static void close() {
    server.close();
  }

  private static void routes(Router router) {
    router.get("/api/v1/things/:id").handler(ctx -> ctx.json(new JsonObject().put("id", "x")));
    router
        .post("/api/v1/things")
        .handler(
            ctx -> {
              FieldErrors errors = new FieldErrors();
              JsonObject body = JsonBody.read(ctx, Set.of("brand", "other"), errors);
              JsonBody.text(body, "brand", errors);
              errors.requireNone();
              ctx.json(body);
            });
    router
        .get("/api/v1/strict")
        .handler(ctx -> ctx.end(QueryParameters.only(ctx, Set.of("a")).toString()));
    router.post("/change").handler(ctx -> ctx.end("changed"));
    router.get("/pages/:id").handler(ctx -> ctx.end("page"));
    router.post("/pages/:id/part/send").handler(ctx -> ctx.end("sent"));
    router
        .get("/defect")
        .handler(
            ctx -> {
              throw new IllegalStateException("a secret of the server");
            });
    router.get("/closed").handler(ctx -> ctx.fail(new Failure.NotSignedIn("not-signed-in")));
    router
        .get("/busy")
        .handler(ctx -> ctx.fail(new Failure.Unavailable("busy", Duration.ofMillis(1500))));
    router
        .get("/wait")
        .handler(
            ctx -> {
              Duration wait = Duration.ofSeconds(2).plusNanos(1);
              ctx.fail(new Failure.TooManyRequests("predictions-per-minute", wait));
            });
    router
        .get("/several")
        .handler(
            ctx -> {
              for (int seconds : new int[] {9, 12, 3}) {
                Duration wait = Duration.ofSeconds(seconds);
                Failures.addHeaders(ctx, new Failure.Unavailable("busy", wait));
              }
              Failures.addHeaders(ctx, new Failure.Invalid("image-empty", List.of()));
              ctx.response().setStatusCode(207).end();
            });
    router
        .get("/file")
        .handler(
            ctx -> {
              ctx.response()
                  .putHeader("Content-Type", "application/zip")
                  .putHeader("Content-Disposition", "attachment; filename=\"file.zip\"");
              ctx.fail(new Failure.Unavailable("busy", Duration.ofSeconds(1)));
            });
    router
        .post("/send-busy")
        .handler(ctx -> ctx.fail(new Failure.Unavailable("busy", Duration.ofSeconds(1))));
    router
        .get("/fields")
        .handler(
            ctx ->
                ctx.fail(
                    new Failure.Invalid(
                        "fields", List.of(FieldError.of("top_k", "field.top_k", 25)))));
    router
        .get("/defect-everywhere")
        .handler(
            ctx -> {
              // Not what the layout of all pages, including the error page, expects.
              ctx.put(Pages.VIEWER, "no viewer");
              ctx.fail(new Failure.NotFound("not-found"));
            });
    router.get("/who").handler(ctx -> ctx.end(Arrival.clientAddress(ctx)));
    router.get("/address").handler(ctx -> ctx.end(ctx.request().uri()));
    router.get("/later").handler(ctx -> ctx.vertx().timer(50).onSuccess(later -> ctx.end("later")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/who",
        "/no-such-page",
        "/api/v1/no-such",
        "/static/marque.css",
        "/static/no-such",
        "/static/../../etc/passwd",
        "/defect",
        "/busy",
        "/favicon.ico"
      })
  void every_answer_carries_the_security_headers(String path) {
    HttpResponse<String> response = server.get(path);
    assertEquals(
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
            + " connect-src 'self'; font-src 'self'; object-src 'none'; base-uri 'none';"
            + " form-action 'self'; frame-ancestors 'none'",
        header(response, "Content-Security-Policy"));
    assertEquals("same-origin", header(response, "Cross-Origin-Opener-Policy"));
    assertEquals(
        path.equals("/static/marque.css") ? "cross-origin" : "same-origin",
        header(response, "Cross-Origin-Resource-Policy"));
    assertEquals(
        "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
        header(response, "Permissions-Policy"));
    assertEquals("nosniff", header(response, "X-Content-Type-Options"));
    assertEquals("same-origin", header(response, "Referrer-Policy"));
    assertEquals("DENY", header(response, "X-Frame-Options"));
    assertEquals("", header(response, "Server"));
    assertEquals("", header(response, "Access-Control-Allow-Origin"));
    assertFalse(header(response, "X-Request-Id").isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/who", "/no-such-page", "/api/v1/things/7", "/api/v1/no-such"})
  void answers_are_not_cached(String path) {
    assertEquals("no-store", header(server.get(path), "Cache-Control"));
  }

  @Test
  void only_the_portal_module_may_be_read_from_other_origins() {
    assertEquals("*", header(server.get("/static/embed.js"), "Access-Control-Allow-Origin"));
    assertEquals("", header(server.get("/static/marque.js"), "Access-Control-Allow-Origin"));
  }

  @Test
  void a_malformed_request_is_rejected_with_the_security_headers() throws IOException {
    String answer = raw("GET /who HTTP/1.1\r\nHost: x\r\nX-Long: " + "a".repeat(9000) + "\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 431"), answer);
    assertTrue(answer.toLowerCase(Locale.ROOT).contains("content-security-policy"));
    assertTrue(answer.toLowerCase(Locale.ROOT).contains("x-request-id"), answer);
    assertTrue(answer.contains("problems/headers-too-large"), answer);
  }

  @Test
  void too_long_an_address_is_414_with_a_problem() throws IOException {
    String answer = raw("GET /who?" + "a".repeat(9000) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    assertTrue(answer.matches("(?s)HTTP/1\\.[01] 414 .*"), answer);
    assertTrue(answer.contains("problems/address-too-long"), answer);
  }

  @Test
  void a_language_of_hyphens_alone_does_not_break_the_answer() throws IOException {
    String head = "GET /api/v1/no-such HTTP/1.1\r\nHost: x\r\nAccept-Language: -\r\n";
    String answer = raw(head + "Connection: close\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 404"), answer);
    assertTrue(answer.contains("problems/not-found"), answer);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/who", "/api/v1/things/7", "/api/%zz", "/%zz", "/who?%"})
  void a_request_without_a_host_is_400_with_the_security_headers(String path) throws IOException {
    String answer = raw("GET " + path + " HTTP/1.1\r\nConnection: close\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
    assertTrue(answer.toLowerCase(Locale.ROOT).contains("content-security-policy"));
  }

  /** Such a target is a complete URL, as clients send it to a proxy (RFC 9112, section 3.2.2). */
  @ParameterizedTest
  @CsvSource({
    "GET, /address?a=1, 200, /address?a=1",
    "HEAD, /address?a=1, 200, ''",
    "GET, '', 404, <html",
    "GET, ?lang=de, 404, <html",
    "GET, /api/v1/no-such, 404, problems/not-found",
    "GET, /api/v1/%zz, 400, problems/bad-request",
    "GET, /who?%, 400, <html",
  })
  void a_target_in_absolute_form_is_answered_as_its_path(
      String method, String target, int status, String body) throws IOException {
    String head = method + " http://localhost" + target + " HTTP/1.1\r\nHost: localhost\r\n";
    String answer = raw(head + "Connection: close\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 " + status), answer);
    assertTrue(answer.substring(answer.indexOf("\r\n\r\n")).contains(body), answer);
  }

  @Test
  void the_prefix_is_stripped_from_a_target_in_absolute_form() throws IOException {
    String answer = behindProxy("https://portal.example/cars/address?a=1");
    assertTrue(answer.startsWith("HTTP/1.1 200"), answer);
    assertTrue(answer.endsWith("/address?a=1"), answer);
  }

  /** Sends a request to a server at {@code https://portal.example/cars} behind a proxy. */
  private static String behindProxy(String target) throws IOException {
    URI publicUrl = URI.create("https://portal.example/cars");
    try (WebTestServer behind =
        WebTestServer.behindProxy(publicUrl, List.of(), RequestHandlingTest::routes)) {
      return RawHttp.exchange(
          behind.port(),
          "GET " + target + " HTTP/1.1\r\nHost: portal.example\r\nConnection: close\r\n\r\n");
    }
  }

  /** Parsing the query of such a request fails, also in the error page. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /who?%",
        "GET /who?x=50%off",
        "GET /%zz",
        "HEAD /who?%",
        "POST /no-such-page?%",
        "GET /api/v1/things/7?x=%",
        "GET /api/v1/%zz"
      })
  void a_malformed_escape_in_the_address_is_400(String line) throws IOException {
    String answer =
        raw(line + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
    assertTrue(answer.toLowerCase(Locale.ROOT).contains("content-security-policy"), answer);
    assertEquals(line.contains("/api/"), answer.contains("application/problem+json"), answer);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/cars/api/v1/things/7?x=%", "/api/v1/things/7?x=%"})
  void a_malformed_escape_below_the_api_is_a_problem_whether_or_not_the_proxy_strips_the_prefix(
      String target) throws IOException {
    String answer = behindProxy(target);
    assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
    assertTrue(answer.contains("application/problem+json"), answer);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "text/html"})
  void a_malformed_escape_in_a_request_of_ambiguous_length_is_400(String accepted)
      throws IOException {
    String head = "GET /%zz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\nAccept: ";
    String answer = raw(head + accepted + "\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
    assertTrue(answer.toLowerCase(Locale.ROOT).contains("content-security-policy"), answer);
  }

  @Test
  void an_upload_to_an_address_with_a_malformed_escape_is_400_and_holds_no_memory()
      throws IOException {
    String answer =
        raw(
            "POST /upload?% HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\nContent-Length: 9\r\nConnection: close\r\n\r\n123456789");
    assertTrue(answer.startsWith("HTTP/1.1 400"), answer);
    Eventually.holds("the memory is released", () -> server.uploads.held() == 0);
  }

  /** The body of the second request continues after the first one has been answered. */
  @Test
  void a_pipelined_request_keeps_its_body() throws IOException {
    String first = "GET /later HTTP/1.1\r\nHost: x\r\n\r\n";
    String second =
        "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\nContent-Length: 9000\r\nConnection: close\r\n\r\n";
    try (RawHttp client = RawHttp.to(server.port())) {
      client.send(first + second + "x".repeat(4000));
      assertEquals('H', client.in().read());
      client.send("x".repeat(5000));
      String answers = client.rest();
      assertTrue(answers.contains("later") && answers.contains("=:9000;"), answers);
    }
  }

  /**
   * The connection discards the rest of a rejected body, and nothing of a request behind others.
   */
  @Test
  void after_a_rejected_request_a_pipelined_one_keeps_its_body() throws IOException {
    String rejected =
        "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 9000\r\n\r\n";
    String later = "GET /later HTTP/1.1\r\nHost: x\r\n\r\n";
    String upload =
        "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\nContent-Length: 9000\r\nConnection: close\r\n\r\n";
    try (RawHttp client = RawHttp.to(server.port())) {
      client.send(rejected);
      assertEquals('H', client.in().read());
      client.send("x".repeat(9000) + later + upload + "x".repeat(4000));
      StringBuilder answers = new StringBuilder();
      while (answers.indexOf("later") < 0) {
        int next = client.in().read();
        assertTrue(next >= 0, answers.toString());
        answers.append((char) next);
      }
      client.send("x".repeat(5000));
      answers.append(client.rest());
      assertTrue(answers.indexOf("TTP/1.1 415") == 0, answers.toString());
      assertTrue(answers.indexOf("=:9000;") > 0, answers.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/no-such", "//api/v1/no-such", "/x/../api/v1/no-such"})
  void an_unknown_api_path_is_a_problem_document(String path) {
    HttpResponse<String> response = server.get(path);
    assertEquals(404, response.statusCode());
    assertEquals("application/problem+json", header(response, "Content-Type"));
    JsonObject problem = new JsonObject(response.body());
    assertEquals("https://marque.dev/problems/not-found", problem.getString("type"));
    assertEquals(404, problem.getInteger("status"));
    assertEquals(header(response, "X-Request-Id"), problem.getString("request_id"));
  }

  @Test
  void an_unknown_page_is_answered_with_a_page_or_for_htmx_a_fragment() {
    HttpResponse<String> page = server.get("/no-such", "Accept", "text/html");
    assertEquals(404, page.statusCode());
    assertTrue(page.body().contains("<html"), page.body());
    HttpResponse<String> fragment = server.get("/no-such", "HX-Request", "true");
    assertFalse(fragment.body().contains("<html"), fragment.body());
    assertTrue(header(fragment, "Vary").contains("HX-Request"));
  }

  @Test
  void problems_are_in_the_language_of_the_client() {
    HttpResponse<String> response = server.get("/api/v1/no-such", "Accept-Language", "de-AT");
    assertEquals("Nicht gefunden", new JsonObject(response.body()).getString("title"));
  }

  @Test
  void every_401_has_a_challenge() {
    for (String type : List.of("text/html", "application/json")) {
      HttpResponse<String> response = server.get("/closed", "Accept", type);
      assertEquals(401, response.statusCode());
      assertEquals("Bearer realm=\"marque\"", header(response, "WWW-Authenticate"));
    }
  }

  @Test
  void a_bug_is_500_without_details() {
    HttpResponse<String> response = server.get("/defect", "Accept", "application/json");
    assertEquals(500, response.statusCode());
    assertFalse(response.body().contains("secret"), response.body());
  }

  @Test
  void a_page_that_fails_to_render_is_500_at_once() {
    HttpResponse<String> response = server.get("/page/no-such-template", "Accept", "text/html");
    assertEquals(500, response.statusCode());
    assertTrue(response.body().contains("<html"), response.body());
  }

  @Test
  void an_error_page_that_fails_to_render_is_a_plain_500_with_the_request_id() {
    HttpResponse<String> response = server.get("/defect-everywhere", "Accept", "text/html");
    assertEquals(500, response.statusCode());
    assertEquals("text/plain; charset=utf-8", header(response, "Content-Type"));
    assertTrue(response.body().contains(header(response, "X-Request-Id")), response.body());
    assertTrue(header(response, "Content-Security-Policy").contains("default-src 'self'"));
  }

  @ParameterizedTest
  @CsvSource({
    "/busy, /busy, /busy?lang=de",
    "/busy?token=a%2Bb&lang=en&q=%3C%26, /busy?token=a%2Bb&q=%3C%26, /busy?token=a%2Bb&q=%3C%26&lang=de",
    "/busy?language=x&lang=en, /busy?language=x, /busy?language=x&lang=de",
  })
  void links_to_the_same_page_keep_its_query(String address, String again, String inGerman) {
    Document page = Jsoup.parse(server.get(address, "Accept", "text/html").body());
    assertEquals(again, page.select("p.next a").attr("href"));
    assertEquals("Try again", page.select("p.next a").text());
    assertEquals(inGerman, page.select("a[hreflang=de]").attr("href"));
  }

  @Test
  void a_page_about_invalid_fields_names_each_with_its_reason() {
    Document page = Jsoup.parse(server.get("/fields", "Accept", "text/html").body());
    assertEquals(
        "top_k: This must be a whole number from 1 to 25.", page.select(".problem li").text());
    assertEquals("Go to the start page", page.select("p.next a").text());
  }

  @Test
  void a_failed_download_is_answered_with_a_page() {
    HttpResponse<String> response = server.get("/file", "Accept", "text/html");
    assertEquals(503, response.statusCode());
    assertEquals("text/html; charset=utf-8", header(response, "Content-Type"));
    assertEquals("", header(response, "Content-Disposition"));
  }

  @Test
  void no_link_leads_to_the_target_of_a_form() {
    HttpRequest.Builder form =
        server
            .request("/send-busy?a=b")
            .POST(BodyPublishers.noBody())
            .header("Accept", "text/html");
    Document page = Jsoup.parse(server.send(form.build()).body());
    assertEquals("/", page.select("p.next a").attr("href"));
    assertEquals("Go to the start page", page.select("p.next a").text());
    assertEquals("/?lang=de", page.select("a[hreflang=de]").attr("href"));
  }

  @Test
  void a_frame_carries_its_parameters_once() {
    Document page =
        Jsoup.parse(
            server.get("/busy?q=1&theme=dark&embed=1&lang=en", "Accept", "text/html").body());
    assertEquals("/busy?q=1&embed=1&theme=dark&lang=en", page.select("p.next a").attr("href"));
  }

  @Test
  void header_and_detail_round_the_wait_up_to_the_same_seconds() {
    HttpResponse<String> response = server.get("/wait", "Accept", "application/json");
    assertEquals(429, response.statusCode());
    assertEquals("3", header(response, "Retry-After"));
    String detail = new JsonObject(response.body()).getString("detail");
    assertTrue(detail.contains("3 seconds"), detail);
  }

  @Test
  void the_longest_of_several_waits_is_reported() {
    assertEquals("12", header(server.get("/several"), "Retry-After"));
  }

  @Test
  void an_unsupported_method_is_405_with_the_allowed_methods() {
    HttpResponse<String> response =
        server.send(
            server
                .request("/api/v1/things/7")
                .DELETE()
                .header("Authorization", "Bearer x")
                .build());
    assertEquals(405, response.statusCode());
    assertEquals("GET, HEAD, OPTIONS", header(response, "Allow"));
  }

  @Test
  void the_address_of_a_form_leads_to_its_page_in_a_browser_only() {
    String form = "/pages/7/part/send";
    HttpResponse<String> opened = server.get(form + "?embed=1");
    assertEquals(303, opened.statusCode());
    assertEquals("/pages/7?embed=1", header(opened, "Location"));
    assertEquals(405, server.get(form, "Accept", "application/json").statusCode());
    assertEquals(405, server.get("/api/v1/things").statusCode());
    assertEquals(405, server.get("/change").statusCode(), "no page above it");
    assertEquals(405, server.send(server.request(form).DELETE().build()).statusCode());
  }

  @Test
  void options_lists_the_methods() {
    HttpResponse<String> response =
        server.send(
            server.request("/api/v1/things").method("OPTIONS", BodyPublishers.noBody()).build());
    assertEquals(204, response.statusCode());
    assertEquals("OPTIONS, POST", header(response, "Allow"));
  }

  @Test
  void head_is_get_without_the_body() {
    HttpResponse<String> response =
        server.send(server.request("/who").method("HEAD", BodyPublishers.noBody()).build());
    assertEquals(200, response.statusCode());
    assertEquals("", response.body());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"brand\":\"Audi\"} | application/json | 200",
        "{\"brand\":\"Audi\"} | application/json; charset=utf-8 | 200",
        "{\"brand\":\"Audi\"} | text/plain | 415",
        "{\"brand\":\"Audi\" | application/json | 400",
        "{\"brand\":\"Audi\",\"brand\":\"BMW\"} | application/json | 400",
        "{\"brand\":\"Audi\"}{} | application/json | 400",
        "[1] | application/json | 400",
        "null | application/json | 400",
        "{\"brand\":\"Audi\",\"role\":\"admin\"} | application/json | 422",
      })
  void json_is_read_strictly(String body, String type, int status) {
    HttpResponse<String> response = post("/api/v1/things", body, "Content-Type", type);
    assertEquals(status, response.statusCode(), response.body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"007b0000", "00007b00", "0000feff", "7b0000007d000011"})
  void bytes_that_look_like_utf_32_are_400(String hex) {
    HttpRequest request =
        server
            .request("/api/v1/things")
            .POST(BodyPublishers.ofByteArray(HexFormat.of().parseHex(hex)))
            .header("Content-Type", "application/json")
            .build();
    HttpResponse<String> response = server.send(request);
    assertEquals(400, response.statusCode(), response.body());
  }

  @Test
  void an_unknown_json_field_is_named() {
    HttpResponse<String> response =
        post("/api/v1/things", "{\"role\":\"admin\"}", "Content-Type", "application/json");
    JsonObject error = new JsonObject(response.body()).getJsonArray("errors").getJsonObject(0);
    assertEquals("role", error.getString("field"));
  }

  @Test
  void an_ordinary_body_over_its_limit_is_413() {
    HttpResponse<String> response =
        post("/api/v1/things", "x".repeat(100_000), "Content-Type", "application/json");
    assertEquals(413, response.statusCode());
  }

  @ParameterizedTest
  @CsvSource({"?a=1, 200", "?b=1, 400", "?a=1&a=2, 400", "'', 200"})
  void query_parameters_are_read_strictly(String query, int status) {
    assertEquals(status, server.get("/api/v1/strict" + query).statusCode());
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "same-origin, -, a=b, 200",
        "none, -, a=b, 200",
        "same-site, -, a=b, 403",
        "cross-site, -, -, 403",
        "cross-site, OWN, a=b, 403",
        "-, OWN, a=b, 200",
        "-, https://evil.example, a=b, 403",
        "-, https://evil.example, -, 403",
        "-, null, a=b, 403",
        "-, -, a=b, 403",
        "-, -, -, 200",
      })
  void a_change_must_come_from_our_own_origin(
      String site, String origin, String cookie, int status) {
    HttpRequest.Builder request = server.request("/change").POST(BodyPublishers.noBody());
    if (site != null) {
      request.header("Sec-Fetch-Site", site);
    }
    if (origin != null) {
      request.header("Origin", origin.equals("OWN") ? "http://127.0.0.1:" + server.port() : origin);
    }
    if (cookie != null) {
      request.header("Cookie", cookie);
    }
    assertEquals(status, server.send(request.build()).statusCode());
  }

  @Test
  void a_bearer_token_without_cookies_needs_no_origin() {
    HttpRequest.Builder request =
        server
            .request("/change")
            .POST(BodyPublishers.noBody())
            .headers("Authorization", "Bearer x", "Sec-Fetch-Site", "cross-site");
    assertEquals(200, server.send(request.build()).statusCode());
    assertEquals(403, server.send(request.header("Cookie", "a=b").build()).statusCode());
  }

  @Test
  void a_script_with_a_bearer_token_may_also_hold_cookies() {
    HttpRequest.Builder script =
        server
            .request("/api/v1/change")
            .POST(BodyPublishers.noBody())
            .headers("Authorization", "Bearer x", "Cookie", "a=b");
    assertEquals(
        404, server.send(script.build()).statusCode(), "allowed, but there is no such route");
    HttpRequest page = script.header("Origin", "https://elsewhere.example").build();
    assertEquals(403, server.send(page).statusCode());
  }

  @Test
  void a_static_file_under_its_hash_is_immutable() {
    String path = Assets.load().pathOf("marque.css");
    HttpResponse<String> response = server.get(path, "Accept-Encoding", "gzip");
    assertEquals(200, response.statusCode());
    assertEquals("public, max-age=31536000, immutable", header(response, "Cache-Control"));
    assertEquals("gzip", header(response, "Content-Encoding"));
    assertEquals("text/css;charset=utf-8", header(response, "Content-Type"));
    HttpResponse<String> again =
        server.get(path, "If-None-Match", header(response, "ETag"), "Accept-Encoding", "gzip");
    assertEquals(304, again.statusCode());
    assertEquals("public, no-cache", header(server.get("/static/marque.css"), "Cache-Control"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/static/", "/static/..%2fmessages.properties", "/static/%2e%2e/messages.properties",
        "/static//etc/passwd", "/static/..\\\\x", "/static/marque.css/"
      })
  void no_path_escapes_the_static_files(String path) throws IOException {
    String answer = raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 404"), answer);
  }

  @Test
  void forwarding_headers_of_untrusted_clients_are_ignored() {
    assertEquals("127.0.0.1", server.get("/who", "X-Forwarded-For", "203.0.113.7").body());
    HttpResponse<String> response = server.get("/who", "X-Request-Id", "chosen-by-me-123");
    assertFalse(header(response, "X-Request-Id").equals("chosen-by-me-123"));
  }

  @Test
  void behind_a_trusted_proxy_its_prefix_https_portal_cookies_and_client_apply() {
    try (WebTestServer behind =
        WebTestServer.behindProxy(
            URI.create("https://portal.example/cars"),
            List.of(URI.create("https://intranet.example")),
            RequestHandlingTest::routes)) {
      HttpResponse<String> response =
          behind.get(
              "/cars/who",
              "X-Forwarded-For",
              "6.6.6.6, 203.0.113.7, 127.0.0.9",
              "X-Request-Id",
              "from-the-proxy-1");
      assertEquals("203.0.113.7", response.body());
      assertEquals("from-the-proxy-1", header(response, "X-Request-Id"));
      assertEquals("max-age=31536000", header(response, "Strict-Transport-Security"));
      String policy = header(response, "Content-Security-Policy");
      assertTrue(policy.contains("frame-ancestors 'self' https://intranet.example"), policy);
      assertEquals("", header(response, "X-Frame-Options"));
      HttpResponse<String> german = behind.get("/cars/no-such?lang=de", "Accept", "text/html");
      String language = header(german, "Set-Cookie");
      assertTrue(language.startsWith("__Secure-lang=de; "), language);
      assertTrue(language.contains("; Path=/cars; ") && language.contains("; Secure"), language);
      String again =
          behind.get("/no-such", "Accept", "text/html", "Cookie", "__Secure-lang=de").body();
      Document page = Jsoup.parse(again);
      assertEquals("de", page.selectXpath("/html").attr("lang"));
      assertEquals("__Secure-zone", page.body().dataset().get("zone-cookie"));
      HttpRequest change =
          behind
              .request("/change")
              .POST(BodyPublishers.noBody())
              .headers("Origin", "https://portal.example", "Cookie", "a=b")
              .build();
      assertEquals(200, behind.send(change).statusCode());
    }
  }

  private static HttpResponse<String> post(String path, String body, String... headers) {
    return server.send(
        server.request(path).POST(BodyPublishers.ofString(body)).headers(headers).build());
  }

  static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private static String raw(String request) throws IOException {
    return RawHttp.exchange(server.port(), request);
  }
}
