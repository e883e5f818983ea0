package dev.marque.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.platform.LoggedEvents;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One event per finished request, without private data. */
class RequestLogTest {

  private static final URI BELOW_A_PATH = URI.create("http://portal.example/cars");

  private final LoggedEvents log = new LoggedEvents(RequestLog.class);

  @AfterEach
  void close() {
    log.close();
  }

  private static WebTestServer server(boolean failuresOnly) {
    RequestLog log = new RequestLog(failuresOnly, ctx -> ctx.get("account"));
    return WebTestServer.withLog(log, Optional.of(BELOW_A_PATH), RequestLogTest::routes);
  }

  private static void routes(Router router) {
    router
        .get("/mine")
        .handler(
            ctx -> {
              ctx.put("account", "0192");
              ctx.end("four");
            });
    router.get("/never").handler(ctx -> {});
  }

  @Test
  void an_event_has_the_request_its_answer_its_client_and_its_account() {
    try (WebTestServer server = server(false)) {
      HttpResponse<String> answer = server.get("/cars/mine?q=secret", "Cookie", "a=secret");
      JsonObject event = log.next();
      assertEquals("answered", event.getString("message"));
      assertEquals("INFO", event.getString("level"));
      assertEquals("GET", event.getString("method"));
      assertEquals("/mine", event.getString("path"));
      assertEquals(200, event.getInteger("status"));
      assertEquals(4, event.getInteger("bytes"));
      assertEquals("127.0.0.1", event.getString("client"));
      assertEquals("0192", event.getString("account"));
      assertTrue(event.getLong("ms") >= 0, event.encode());
      assertEquals(
          answer.headers().firstValue("X-Request-Id").orElseThrow(), event.getString("request_id"));
      assertFalse(event.encode().contains("secret"), event.encode());
    }
  }

  @Test
  void a_head_request_is_one_event_with_its_own_method() {
    try (WebTestServer server = server(false)) {
      HttpRequest head =
          server.request("/cars/mine").method("HEAD", HttpRequest.BodyPublishers.noBody()).build();
      server.send(head);
      server.get("/cars/no-such-page");
      assertEquals("HEAD", log.next().getString("method"));
      JsonObject second = log.next();
      assertEquals(404, second.getInteger("status"), second.encode());
      assertFalse(second.containsKey("account"), second.encode());
    }
  }

  @Test
  void with_failures_only_other_requests_have_no_event() {
    try (WebTestServer server = server(true)) {
      server.get("/cars/mine");
      server.get("/cars/no-such-page");
      assertEquals(404, log.next().getInteger("status"));
    }
  }

  @Test
  void a_client_that_disconnects_before_its_answer_is_logged_with_499() throws IOException {
    try (WebTestServer server = server(true)) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        socket
            .getOutputStream()
            .write(
                "GET /cars/never HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        // When this is answered, the first request has arrived.
        server.get("/cars/mine");
      }
      JsonObject event = log.next();
      assertEquals(RequestLog.CLIENT_CLOSED_REQUEST, event.getInteger("status"), event.encode());
      assertEquals("/never", event.getString("path"), event.encode());
    }
  }

  @Test
  void a_request_rejected_on_arrival_has_an_event_too() throws IOException {
    try (WebTestServer server = server(true);
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      String ambiguous =
          "GET /cars/mine HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: x, chunked\r\n\r\n";
      socket.getOutputStream().write(ambiguous.getBytes(StandardCharsets.US_ASCII));
      JsonObject event = log.next();
      assertEquals(
          List.of(400, "127.0.0.1"),
          List.of(event.getInteger("status"), event.getString("client")));
    }
  }
}
