package dev.marque.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.RunsConcurrently;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that never come to an end with a request, or with reading an answer. */
@RunsConcurrently
@Timeout(30)
class SlowClientsTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final Duration KEEP_ALIVE =
      TIMEOUT.multipliedBy(WebTestServer.KEEP_ALIVE_TIMEOUTS);
  private static final Duration BETWEEN_BYTES = Duration.ofMillis(100);

  /** Small socket buffers, so that the server is affected by the client's reading rate. */
  private static final int SMALL_BUFFER = 64 << 10;

  private static final int LARGE_BYTES = 8 << 20;
  private static final String COMPLETE = "GET /quick HTTP/1.1\r\nHost: x\r\n\r\n";
  private static final String POST =
      "POST /form HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n";

  /** For two paths: whether the answer was sent completely, once it has ended. */
  private static final BlockingQueue<Boolean> largeWasRead = new LinkedBlockingQueue<>();

  private static final BlockingQueue<Boolean> unreadWasRead = new LinkedBlockingQueue<>();

  private static WebTestServer server;

  @BeforeAll
  static void open() {
    server =
        WebTestServer.withTimeout(
            TIMEOUT,
            router -> {
              router.get("/quick").handler(ctx -> ctx.end("quick"));
              router
                  .get("/soon")
                  .handler(ctx -> ctx.vertx().timer(50).onSuccess(soon -> ctx.end("soon")));
              router.post("/form").handler(ctx -> ctx.end("read"));
              router.get("/large").handler(ctx -> large(ctx, largeWasRead));
              router.get("/unread").handler(ctx -> large(ctx, unreadWasRead));
              router
                  .get("/long-pause")
                  .handler(
                      ctx -> {
                        ctx.response().setChunked(true).write("first");
                        ctx.vertx()
                            .timer(2 * TIMEOUT.toMillis())
                            .onSuccess(done -> ctx.end("second"));
                      });
              router
                  .get("/long-work")
                  .handler(
                      ctx ->
                          ctx.vertx()
                              .timer(2 * TIMEOUT.toMillis())
                              .onSuccess(done -> ctx.end("done")));
            });
  }

  private static void large(RoutingContext ctx, BlockingQueue<Boolean> wasRead) {
    ctx.end(Buffer.buffer(new byte[LARGE_BYTES])).onComplete(end -> wasRead.add(end.succeeded()));
  }

  private static RawHttp request(String path) throws IOException {
    return RawHttp.holding(server.port(), SMALL_BUFFER)
        .send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
  }

  @AfterAll
  static void close() {
    server.close();
  }

  /** Sends the start at once, then single bytes; returns what was received until the end. */
  private static String trickle(String start) throws IOException {
    try (RawHttp client = RawHttp.to(server.port())) {
      return client.send(start).trickle(BETWEEN_BYTES);
    }
  }

  @Test
  void a_head_sent_byte_by_byte_is_cut_off() throws IOException {
    long startTime = System.nanoTime();
    assertEquals("", trickle("GET /quick HTTP/1.1\r\nHost: x\r\nX-Slow: "));
    Duration took = Duration.ofNanos(System.nanoTime() - startTime);
    assertTrue(took.compareTo(TIMEOUT) >= 0, "not before the timeout: " + took);
  }

  @Test
  void the_next_head_on_the_same_connection_is_cut_off_too() throws IOException {
    String answer = trickle(COMPLETE + "GET /quick HTTP/1.1\r\nX-Slow: ");
    assertTrue(answer.startsWith("HTTP/1.1 200") && answer.endsWith("quick"), answer);
  }

  @Test
  void an_idle_connection_is_kept_for_longer_and_then_closed() throws IOException {
    long startTime = System.nanoTime();
    assertTrue(exchange(COMPLETE).endsWith("quick"));
    Duration took = Duration.ofNanos(System.nanoTime() - startTime);
    assertTrue(took.compareTo(KEEP_ALIVE) >= 0, "not before the time to keep it: " + took);
  }

  @Test
  void a_connection_without_a_request_is_closed_after_the_timeout() throws IOException {
    long startTime = System.nanoTime();
    assertEquals("", exchange(""));
    Duration took = Duration.ofNanos(System.nanoTime() - startTime);
    assertTrue(took.compareTo(KEEP_ALIVE) < 0, "too long: " + took);
  }

  @Test
  void a_head_may_start_late_but_is_cut_off_if_sent_byte_by_byte() throws IOException {
    try (RawHttp client = RawHttp.to(server.port()).send(COMPLETE)) {
      pauseLongerThanTheTimeout();
      assertTrue(client.send(COMPLETE).readAnswer().endsWith("quick"));
      assertTrue(client.readAnswer().endsWith("quick"));
      pauseLongerThanTheTimeout();
      long startTime = System.nanoTime();
      assertEquals("", client.send("GET /quick HTTP/1.1\r\nX-Slow: ").trickle(BETWEEN_BYTES));
      Duration took = Duration.ofNanos(System.nanoTime() - startTime);
      assertTrue(took.compareTo(TIMEOUT) >= 0, "not before the timeout: " + took);
    }
  }

  @Test
  void a_connection_is_kept_after_a_discarded_body_as_well() throws IOException {
    String refused = POST.replace("Host: x", "Host: x\r\nSec-Fetch-Site: cross-site");
    try (RawHttp client = RawHttp.to(server.port()).send(refused)) {
      assertTrue(client.readAnswer().startsWith("HTTP/1.1 403"));
      client.send("x".repeat(9000));
      pauseLongerThanTheTimeout();
      assertTrue(client.send(COMPLETE).readAnswer().endsWith("quick"));
    }
  }

  /** Not a wait for a condition: the idle client is what is tested. */
  private static void pauseLongerThanTheTimeout() {
    LockSupport.parkNanos(TIMEOUT.multipliedBy(3).dividedBy(2).toNanos());
  }

  @Test
  void a_small_body_sent_byte_by_byte_is_cut_off() throws IOException {
    assertEquals("", trickle(POST));
  }

  @Test
  void an_unread_body_is_cut_off_after_the_answer() throws IOException {
    String answer = trickle(POST.replace("Host: x", "Host: x\r\nSec-Fetch-Site: cross-site"));
    assertTrue(answer.startsWith("HTTP/1.1 403"), answer);
  }

  /** The end of the first request must not start the timeout for a third. */
  @Test
  void an_answer_to_a_pipelined_request_may_take_longer_than_the_timeout() throws IOException {
    String answers =
        exchange(
            "GET /soon HTTP/1.1\r\nHost: x\r\n\r\nGET /long-work HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assertTrue(answers.contains("soon") && answers.endsWith("done"), answers);
  }

  @Test
  void an_answer_may_take_longer_than_the_timeout() throws IOException {
    String answer = exchange("GET /long-work HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assertTrue(answer.endsWith("done"), answer);
  }

  @Test
  void an_answer_to_a_request_with_content_length_0_may_too() throws IOException {
    String answer =
        exchange(
            "GET /long-work HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    assertTrue(answer.endsWith("done"), answer);
  }

  private static String exchange(String request) throws IOException {
    return RawHttp.exchange(server.port(), request);
  }

  /** The total time is several times the timeout. */
  @Test
  void an_answer_in_one_large_buffer_may_be_read_slowly() throws Exception {
    long startTime = System.nanoTime();
    try (RawHttp client = request("/large")) {
      InputStream in = client.in();
      long read = 0;
      while (read < LARGE_BYTES) {
        int some = in.readNBytes(LARGE_BYTES / 20).length;
        assertTrue(some > 0, "cut off after " + read + " bytes");
        read += some;
        // Not a wait for a condition: the slow client is what is tested.
        LockSupport.parkNanos(TIMEOUT.dividedBy(5).toNanos());
      }
    }
    assertTrue(largeWasRead.take(), "sent completely");
    Duration took = Duration.ofNanos(System.nanoTime() - startTime);
    assertTrue(took.compareTo(TIMEOUT.multipliedBy(2)) > 0, "it was slow: " + took);
  }

  @Test
  void a_client_that_stops_reading_is_cut_off_and_the_server_notices() throws Exception {
    try (RawHttp client = request("/unread")) {
      long startTime = System.nanoTime();
      assertEquals('H', client.in().read());
      // The client reads no further byte.
      assertFalse(unreadWasRead.take(), "the answer failed");
      Duration took = Duration.ofNanos(System.nanoTime() - startTime);
      assertTrue(took.compareTo(TIMEOUT) >= 0, "not before the timeout: " + took);
    }
  }

  @Test
  void a_client_that_has_read_everything_may_wait_for_more() throws IOException {
    String answer = exchange("GET /long-pause HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assertTrue(answer.contains("first") && answer.contains("second"), answer);
  }
}
