package dev.marque.web;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests whose end two servers in a chain could interpret differently. */
class RequestSmugglingTest {

  private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

  private static WebTestServer server;

  @BeforeAll
  static void open() {
    server =
        WebTestServer.with(
            router -> {
              router.post("/change").handler(ctx -> ctx.end("changed"));
              router.get("/smuggled").handler(ctx -> ctx.end("the second request"));
            });
  }

  @AfterAll
  static void close() {
    server.close();
  }

  private static String exchange(String request) throws IOException {
    return RawHttp.exchange(server.port(), request);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 4\r\nContent-Length: 40\r\n\r\n",
        "Content-Length: 4, 40\r\n\r\n",
        "Content-Length: -4\r\n\r\n",
        "Content-Length: +4\r\n\r\n",
        "Content-Length: 0x4\r\n\r\n",
        "Transfer-Encoding: xchunked\r\n\r\n",
        "Transfer-Encoding: chunked, identity\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
        "Transfer-Encoding : chunked\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        "Content Length: 4\r\n\r\n",
      })
  void an_ambiguous_length_is_rejected_and_nothing_after_it_is_read(String rest)
      throws IOException {
    String answer = exchange("POST /change HTTP/1.1\r\nHost: x\r\n" + rest + SMUGGLED);
    assertFalse(answer.contains("changed"), answer);
    assertFalse(answer.contains("the second request"), answer);
    // If the body is malformed, the connection may be closed before the answer is sent.
    assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 400"), answer);
  }

  @Test
  void chunked_encoding_overrides_a_contradicting_length() throws IOException {
    String request =
        String.join(
            "\r\n",
            "POST /change HTTP/1.1",
            "Host: x",
            "Content-Length: 3",
            "Transfer-Encoding: chunked",
            "Connection: close",
            "",
            "0",
            "",
            "");
    assertTrue(exchange(request).startsWith("HTTP/1.1 200"));
  }
}
