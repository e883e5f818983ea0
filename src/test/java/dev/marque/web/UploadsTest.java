package dev.marque.web;

import static dev.marque.web.WebTestServer.FILE_BYTES;
import static dev.marque.web.WebTestServer.MAX_FILES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.Eventually;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class UploadsTest {

  private static final String BOUNDARY = "b0undary";
  private static final String FORM = "multipart/form-data; boundary=" + BOUNDARY;

  private static final BlockingQueue<HttpServerRequest> refused = new LinkedBlockingQueue<>();

  private static WebTestServer server;

  @BeforeAll
  static void open() {
    server =
        WebTestServer.with(
            router -> {
              router.post("/form").handler(ctx -> ctx.json(fields(ctx)));
              router.post("/full").handler(UploadsTest::refuse);
            });
  }

  private static void refuse(RoutingContext ctx) {
    refused.add(ctx.request());
    ctx.fail(new Failure.Unavailable("busy", Duration.ofSeconds(1)));
  }

  private static JsonObject fields(RoutingContext ctx) {
    JsonObject fields = new JsonObject();
    ctx.request().formAttributes().forEach(fields::put);
    return fields;
  }

  @AfterAll
  static void close() {
    server.close();
  }

  @Test
  void a_form_has_files_and_fields() {
    HttpResponse<String> response =
        post(FORM, form(file("image", "a.jpg", 300_000), field("top_k", "3")));
    assertEquals(200, response.statusCode(), response.body());
    assertEquals("image=a.jpg:300000;top_k=3;", response.body());
  }

  @Test
  void a_body_may_be_the_file_itself() {
    HttpResponse<String> response = post("image/jpeg", new byte[300_000]);
    assertEquals("=:300000;", response.body());
  }

  @Test
  void a_file_field_without_a_chosen_file_is_ignored() {
    assertEquals("", post(FORM, form(file("image", "", 0))).body());
  }

  @Test
  void an_empty_file_is_accepted() {
    assertEquals("image=a.jpg:0;", post(FORM, form(file("image", "a.jpg", 0))).body());
  }

  @ParameterizedTest
  @ValueSource(ints = {FILE_BYTES - 1, FILE_BYTES})
  void a_file_up_to_the_limit_is_accepted(int bytes) {
    assertEquals(
        "image=a.jpg:" + bytes + ";", post(FORM, form(file("image", "a.jpg", bytes))).body());
  }

  @ParameterizedTest
  @ValueSource(ints = {FILE_BYTES + 1, 2 * FILE_BYTES, 12 * FILE_BYTES})
  void a_larger_file_is_413_and_the_client_can_read_that(int bytes) {
    HttpResponse<String> response = post(FORM, form(file("image", "a.jpg", bytes)));
    assertEquals(413, response.statusCode());
    assertTrue(response.body().contains("<html"));
  }

  @Test
  void a_client_that_sends_everything_before_it_reads_still_sees_413() throws IOException {
    byte[] body = form(file("image", "a.jpg", 11 * FILE_BYTES));
    String head =
        "POST /upload HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
            .formatted(FORM, body.length);
    assertTrue(exchange(head, body).startsWith("HTTP/1.1 413"));
  }

  @Test
  void an_endless_chunked_body_is_rejected_at_the_limit() throws IOException {
    String head =
        "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\nTransfer-Encoding: chunked\r\n\r\n";
    byte[] chunk =
        ("10000\r\n" + "x".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    try (Socket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      out.write(head.getBytes(StandardCharsets.ISO_8859_1));
      for (int i = 0; i < 40; i++) {
        out.write(chunk);
      }
      byte[] status = socket.getInputStream().readNBytes(12);
      assertEquals("HTTP/1.1 413", new String(status, StandardCharsets.ISO_8859_1));
    }
  }

  @Test
  void more_files_than_allowed_are_400() {
    assertEquals(400, post(FORM, files(Collections.nCopies(MAX_FILES + 1, 9))).statusCode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundaries=" + BOUNDARY
      })
  void a_form_without_a_boundary_is_400(String type) {
    assertEquals(400, post(type, form(file("image", "a.jpg", 10))).statusCode());
  }

  @ParameterizedTest
  @CsvSource({"1, 200", "70, 200", "71, 400", "4000, 400"})
  void a_boundary_has_1_to_70_characters(int length, int status) {
    String boundary = "-".repeat(length);
    byte[] body =
        "--%1$s\r\nContent-Disposition: form-data; name=\"top_k\"\r\n\r\n3\r\n--%1$s--\r\n"
            .formatted(boundary)
            .getBytes(StandardCharsets.ISO_8859_1);
    String type = "multipart/form-data; boundary=";
    assertEquals(status, post(type + boundary, body).statusCode());
    assertEquals(status, post(type + '"' + boundary + '"', body).statusCode());
    assertEquals(status, post(type + boundary + "; charset=utf-8", body).statusCode());
  }

  @Test
  void no_other_parameter_is_accepted_as_the_boundary() {
    byte[] body = form(field("top_k", "3"));
    String type = "multipart/form-data; boundary" + "%s=x; boundary=" + BOUNDARY + "; a=b";
    assertEquals("top_k=3;", post(type.formatted("y"), body).body());
    assertEquals(400, post(type.formatted(""), body).statusCode());
  }

  @Test
  void a_form_that_ends_before_its_last_boundary_is_400() {
    byte[] body = form(file("image", "a.jpg", 20_000), field("top_k", "3"));
    for (int length : List.of(0, 10_000, 20_100, body.length - 5)) {
      HttpResponse<String> response = problem(Arrays.copyOf(body, length));
      assertEquals(400, response.statusCode(), response.body());
      assertTrue(response.body().contains("multipart-malformed"), response.body());
    }
    awaitNoMemoryHeld();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "charset=foo",
        "charset =foo",
        "charset=",
        "charset=\"utf-8\"",
        "a=b; charset=foo"
      })
  void a_form_in_an_unknown_charset_is_400(String parameters) {
    for (String path : List.of("/upload", "/form")) {
      HttpResponse<String> response =
          server.send(
              server
                  .request(path)
                  .POST(BodyPublishers.ofByteArray(form(field("top_k", "3"))))
                  .headers("Content-Type", FORM + "; " + parameters)
                  .header("Accept", "application/json")
                  .build());
      assertEquals(400, response.statusCode(), response.body());
      assertTrue(response.body().contains("multipart-malformed"), response.body());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain; charset=",
        "text/plain; charset=foo",
        "text/plain; charset=_",
        "multipart/mixed"
      })
  void a_part_of_an_unsupported_type_is_400(String type) {
    byte[] field = part("name=\"top_k\"\r\nContent-Type: " + type, 3);
    assertEquals(400, post(FORM, form(field)).statusCode());
    assertEquals(400, post(FORM, form(file("image", "a.jpg", 300_000), field)).statusCode());
    awaitNoMemoryHeld();
  }

  @Test
  void multipart_bodies_are_read_only_on_upload_paths() {
    byte[] body = form(part("name=\"top_k\"\r\nContent-Type: multipart/mixed", 3));
    assertEquals("{}", post("/form", FORM, body).body());
  }

  @Test
  void a_form_may_declare_its_charset() {
    byte[] body = form(field("top_k", "3"));
    assertEquals("top_k=3;", post(FORM + "; charset=UTF-8", body).body());
    assertEquals(
        "top_k=3;", post("multipart/form-data; charset=utf-8; boundary=" + BOUNDARY, body).body());
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "text/plain", "application/x-www-form-urlencoded"})
  void a_content_type_that_cannot_carry_a_file_is_415(String type) {
    assertEquals(415, post(type, new byte[10]).statusCode());
  }

  @Test
  void a_photo_without_a_file_name_is_400_form_field_too_long() {
    for (int bytes : List.of(8193, 100_000)) {
      HttpResponse<String> response = problem(form(part("name=\"image\"", bytes)));
      assertEquals(400, response.statusCode());
      assertTrue(response.body().contains("form-field-too-long"), response.body());
      assertTrue(response.body().contains("8 KiB"), response.body());
    }
  }

  private static HttpResponse<String> problem(byte[] body) {
    return server.send(problemRequest(BodyPublishers.ofByteArray(body)));
  }

  private static HttpRequest problemRequest(HttpRequest.BodyPublisher body) {
    return server
        .request("/upload")
        .POST(body)
        .headers("Content-Type", FORM, "Accept", "application/json")
        .build();
  }

  @Test
  void a_client_that_is_too_slow_is_answered_so() throws IOException {
    String head =
        "POST /upload-soon HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nConnection: close\r\nContent-Type: image/jpeg\r\nContent-Length: 1000\r\n\r\nabc";
    try (Socket socket = connect()) {
      socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
      String text = answer(socket.getInputStream());
      assertTrue(text.startsWith("HTTP/1.1 400"), text);
      assertTrue(text.contains("upload-too-slow"), text);
    }
  }

  @Test
  void memory_is_released_after_success_and_after_each_failure() {
    post(FORM, form(file("image", "a.jpg", 100_000)));
    post(FORM, form(file("image", "a.jpg", 2 * FILE_BYTES)));
    post("multipart/form-data", new byte[100]);
    awaitNoMemoryHeld();
  }

  /** The memory is released after the answer has been sent, which the client may see earlier. */
  private static void awaitNoMemoryHeld() {
    Eventually.holds("the memory is released", () -> server.uploads.held() == 0);
  }

  @Test
  void a_client_that_disconnected_before_its_upload_was_read_holds_no_memory() throws Exception {
    String head =
        "POST /upload-late HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\nContent-Length: 9000\r\n\r\n";
    try (Socket socket = connect()) {
      socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().write(new byte[4000]);
    }
    assertFalse(server.readLate.get());
    assertEquals(0, server.uploads.held());
  }

  private static final String BUSY_HEAD =
      "POST /upload HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n%s\r\n";

  private static final Pattern LENGTH = Pattern.compile("(?i)content-length: ([0-9]+)");

  private static byte[] head(int length, String more) {
    return BUSY_HEAD.formatted(length, more).getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.port());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Expect: 100-continue\r\n"})
  void a_client_that_is_not_admitted_is_answered_before_it_sends_the_photo(String expect)
      throws IOException {
    server.admitsUploads = false;
    try (Socket socket = connect()) {
      socket.getOutputStream().write(head(FILE_BYTES, expect));
      String text = answer(socket.getInputStream());
      assertTrue(text.startsWith("HTTP/1.1 503"), text);
      assertTrue(text.toLowerCase(Locale.ROOT).contains("retry-after: 1"), text);
    } finally {
      server.admitsUploads = true;
    }
  }

  @Test
  void a_client_that_sends_everything_before_it_reads_sees_503_and_may_retry_at_once()
      throws IOException {
    server.admitsUploads = false;
    try (Socket socket = connect()) {
      for (int i = 0; i < 3; i++) {
        socket.getOutputStream().write(head(FILE_BYTES, ""));
        socket.getOutputStream().write(new byte[FILE_BYTES]);
        assertTrue(answer(socket.getInputStream()).startsWith("HTTP/1.1 503"));
      }
      awaitNoMemoryHeld();
      server.admitsUploads = true;
      socket.getOutputStream().write(head(9, ""));
      socket.getOutputStream().write(new byte[9]);
      assertTrue(answer(socket.getInputStream()).endsWith("=:9;"));
    } finally {
      server.admitsUploads = true;
    }
  }

  /** The rest of a rejected body and the next request may arrive in one piece, or in several. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4_000, 9_000})
  void discarding_a_rejected_body_leaves_the_next_request(int alreadySent) throws IOException {
    byte[] rejected =
        "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 9000\r\n\r\n"
            .getBytes(StandardCharsets.ISO_8859_1);
    try (Socket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      for (int i = 0; i < 3; i++) {
        ByteArrayOutputStream first = new ByteArrayOutputStream();
        first.writeBytes(rejected);
        first.write(new byte[alreadySent]);
        out.write(first.toByteArray());
        assertTrue(answer(socket.getInputStream()).startsWith("HTTP/1.1 415"));
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        rest.write(new byte[9_000 - alreadySent]);
        rest.writeBytes(head(5_000, ""));
        rest.write(new byte[5_000]);
        out.write(rest.toByteArray());
        assertTrue(answer(socket.getInputStream()).endsWith("=:5000;"));
      }
    }
  }

  @Test
  void rejected_requests_may_be_pipelined() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    server.admitsUploads = false;
    try (Socket socket = connect()) {
      for (int i = 0; i < 4; i++) {
        all.writeBytes(head(100_000, ""));
        all.write(new byte[100_000]);
      }
      socket.getOutputStream().write(all.toByteArray());
      for (int i = 0; i < 4; i++) {
        assertTrue(answer(socket.getInputStream()).startsWith("HTTP/1.1 503"));
      }
    } finally {
      server.admitsUploads = true;
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void the_body_of_a_refused_request_is_not_copied(boolean arrivesWithHead)
      throws IOException, InterruptedException {
    byte[] head =
        "POST /full HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: 200000\r\n\r\n"
            .formatted(FORM)
            .getBytes(StandardCharsets.ISO_8859_1);
    try (Socket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      for (int i = 0; i < 2; i++) {
        if (arrivesWithHead) {
          out.write(Arrays.copyOf(head, head.length + 200_000));
        } else {
          out.write(head);
        }
        assertTrue(answer(socket.getInputStream()).startsWith("HTTP/1.1 503"));
        if (!arrivesWithHead) {
          out.write(new byte[200_000]);
        }
        HttpServerRequest request = refused.take();
        Eventually.holds("the rest of the body has arrived", request::isEnded);
        assertEquals(0, request.bytesRead());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"en, Busy", "de, Ausgelastet", "en, Busy"})
  void each_refusal_names_its_own_request_in_the_language_of_the_client(
      String language, String title) {
    HttpRequest request =
        server
            .request("/full")
            .headers("Content-Type", FORM, "Accept", "application/json")
            .header("Accept-Language", language)
            .POST(BodyPublishers.noBody())
            .build();
    String before = "";
    for (int i = 0; i < 2; i++) {
      HttpResponse<String> response = server.send(request);
      JsonObject problem = new JsonObject(response.body());
      String id = response.headers().firstValue("X-Request-Id").orElseThrow();
      assertEquals(503, problem.getInteger("status"));
      assertEquals(title, problem.getString("title"));
      assertEquals(id, problem.getString("request_id"));
      assertNotEquals(before, id);
      before = id;
    }
  }

  /** Reads head and body of one answer on a connection that stays open. */
  private static String answer(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      assertTrue(next >= 0, head.toString());
      head.append((char) next);
    }
    Matcher length = LENGTH.matcher(head);
    assertTrue(length.find(), head.toString());
    byte[] body = in.readNBytes(Integer.parseInt(length.group(1)));
    return head + new String(body, StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "multipart/form-data"})
  void an_unreadable_body_is_rejected_for_its_own_reason_even_under_overload(String type) {
    server.admitsUploads = false;
    try {
      int status = post(type, new byte[10]).statusCode();
      assertEquals(type.equals("text/plain") ? 415 : 400, status);
      assertEquals(413, post("image/jpeg", new byte[2 * FILE_BYTES]).statusCode());
    } finally {
      server.admitsUploads = true;
    }
  }

  @Test
  void a_permit_is_released_when_the_photo_is_read_is_rejected_or_never_arrives()
      throws IOException {
    post(FORM, form(file("image", "a.jpg", 100)));
    post(FORM, form(file("image", "a.jpg", 2 * FILE_BYTES)));
    post(FORM, new byte[100]);
    assertEquals(0, server.permits.get());
    try (Socket socket = connect()) {
      socket.getOutputStream().write(head(9000, ""));
      socket.getOutputStream().write(new byte[4000]);
      Eventually.holds("a permit is held", () -> server.permits.get() > 0);
    }
    Eventually.holds("the permit is released", () -> server.permits.get() == 0);
  }

  @Test
  void photos_may_together_have_exactly_the_bytes_of_their_limit() {
    HttpResponse<String> response = post(FORM, files(Collections.nCopies(4, FILE_BYTES)));
    assertEquals(200, response.statusCode(), response.body());
  }

  @Test
  void photos_with_one_byte_more_are_too_large_together() {
    List<Integer> sizes = new ArrayList<>(Collections.nCopies(4, FILE_BYTES));
    sizes.add(1);
    assertTooLarge("uploads-too-large", problem(files(sizes)));
  }

  /** Beyond four times the bytes of one, the declared length is too large for any photos. */
  @ParameterizedTest
  @ValueSource(ints = {2, 5})
  void one_photo_that_is_too_large_is_not_one_of_too_many(int times) {
    byte[] body = files(List.of(times * FILE_BYTES));
    assertTooLarge("upload-too-large", problem(body));
    HttpRequest chunked =
        problemRequest(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)));
    assertTooLarge("upload-too-large", server.send(chunked));
  }

  private static void assertTooLarge(String type, HttpResponse<String> response) {
    assertEquals(413, response.statusCode(), response.body());
    JsonObject problem = new JsonObject(response.body());
    assertEquals("https://marque.dev/problems/" + type, problem.getString("type"));
    assertTrue(problem.getString("detail").contains("larger than 1 MiB"), problem.encode());
    assertTrue(problem.getString("detail").contains("4 MiB together"), problem.encode());
  }

  private static HttpResponse<String> post(String type, byte[] body) {
    return post("/upload", type, body);
  }

  private static HttpResponse<String> post(String path, String type, byte[] body) {
    return server.send(
        server
            .request(path)
            .POST(BodyPublishers.ofByteArray(body))
            .header("Content-Type", type)
            .build());
  }

  private static String exchange(String head, byte[] body) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().write(body);
      try (InputStream in = socket.getInputStream()) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    }
  }

  private static byte[] files(List<Integer> sizes) {
    return form(sizes.stream().map(size -> file("image", "a.jpg", size)).toArray(byte[][]::new));
  }

  private static byte[] form(byte[]... parts) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      body.writeBytes(part);
    }
    body.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.ISO_8859_1));
    return body.toByteArray();
  }

  private static byte[] file(String field, String name, int bytes) {
    return part(
        "name=\"" + field + "\"; filename=\"" + name + "\"\r\nContent-Type: image/jpeg", bytes);
  }

  private static byte[] field(String name, String value) {
    String part =
        "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
            .formatted(BOUNDARY, name, value);
    return part.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] part(String disposition, int bytes) {
    ByteArrayOutputStream part = new ByteArrayOutputStream();
    String head =
        "--%s\r\nContent-Disposition: form-data; %s\r\n\r\n".formatted(BOUNDARY, disposition);
    part.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
    part.writeBytes("x".repeat(bytes).getBytes(StandardCharsets.ISO_8859_1));
    part.writeBytes("\r\n".getBytes(StandardCharsets.ISO_8859_1));
    return part.toByteArray();
  }
}
