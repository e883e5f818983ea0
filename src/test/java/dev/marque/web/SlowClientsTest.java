package dev.marque.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that never pause for long, and never come to an end either. */
@Timeout(30)
class SlowClientsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final int BETWEEN_BYTES = 100;
  private static final String WHOLE = "GET /quick HTTP/1.1\r\nHost: x\r\n\r\n";
  private static final String POST =
      "POST /form HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n";

  private static WebRoom room;

  @BeforeAll
  static void open() {
    room =
        WebRoom.waiting(
            PATIENCE,
            router -> {
              router.get("/quick").handler(ctx -> ctx.end("quick"));
              router.post("/form").handler(ctx -> ctx.end("read"));
              router
                  .get("/long-work")
                  .handler(
                      ctx ->
                          ctx.vertx()
                              .timer(2 * PATIENCE.toMillis())
                              .onSuccess(done -> ctx.end("done")));
            });
  }

  @AfterAll
  static void close() {
    room.close();
  }

  /** Sends the beginning at once and then a byte at a time; returns what came when it was over. */
  private static String trickle(String beginning) throws IOException {
    StringBuilder answer = new StringBuilder();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), room.port())) {
      socket.setSoTimeout(BETWEEN_BYTES);
      OutputStream out = socket.getOutputStream();
      out.write(beginning.getBytes(StandardCharsets.ISO_8859_1));
      while (true) {
        try {
          int next = socket.getInputStream().read();
          if (next < 0) {
            return answer.toString();
          }
          answer.append((char) next);
        } catch (java.net.SocketTimeoutException stillOpen) {
          out.write('a');
        }
      }
    } catch (IOException reset) {
      return answer.toString();
    }
  }

  @Test
  void a_head_that_comes_byte_by_byte_is_cut_off() throws IOException {
    long begin = System.nanoTime();
    assertEquals("", trickle("GET /quick HTTP/1.1\r\nHost: x\r\nX-Slow: "));
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    assertTrue(took.compareTo(PATIENCE) >= 0, "not before it is late: " + took);
  }

  @Test
  void the_next_head_on_the_same_connection_is_cut_off_too() throws IOException {
    String answer = trickle(WHOLE + "GET /quick HTTP/1.1\r\nX-Slow: ");
    assertTrue(answer.startsWith("HTTP/1.1 200") && answer.endsWith("quick"), answer);
  }

  @Test
  void a_small_body_that_comes_byte_by_byte_is_cut_off() throws IOException {
    assertEquals("", trickle(POST));
  }

  @Test
  void a_body_that_nobody_wants_is_cut_off_after_the_answer() throws IOException {
    String answer = trickle(POST.replace("Host: x", "Host: x\r\nSec-Fetch-Site: cross-site"));
    assertTrue(answer.startsWith("HTTP/1.1 403"), answer);
  }

  @Test
  void an_answer_may_take_longer_than_the_request() throws IOException {
    String answer = whole("GET /long-work HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assertTrue(answer.endsWith("done"), answer);
  }

  @Test
  void so_may_one_to_a_request_that_names_the_length_of_no_body() throws IOException {
    String answer =
        whole(
            "GET /long-work HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    assertTrue(answer.endsWith("done"), answer);
  }

  /** Sends all at once and reads to the end. */
  private static String whole(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), room.port())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}
