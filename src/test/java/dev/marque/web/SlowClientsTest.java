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

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration BETWEEN_BYTES = Duration.ofMillis(100);

  /** Bytes that the systems of both sides hold, so that the server feels how the client reads. */
  private static final int LITTLE = 64 << 10;

  private static final int LARGE_BYTES = 8 << 20;
  private static final String WHOLE = "GET /quick HTTP/1.1\r\nHost: x\r\n\r\n";
  private static final String POST =
      "POST /form HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n";

  /** Of the answers of two paths, when they are over: whether all of it went out. */
  private static final BlockingQueue<Boolean> largeWasRead = new LinkedBlockingQueue<>();

  private static final BlockingQueue<Boolean> unreadWasRead = new LinkedBlockingQueue<>();

  private static WebRoom room;

  @BeforeAll
  static void open() {
    room =
        WebRoom.waiting(
            PATIENCE,
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
                            .timer(2 * PATIENCE.toMillis())
                            .onSuccess(done -> ctx.end("second"));
                      });
              router
                  .get("/long-work")
                  .handler(
                      ctx ->
                          ctx.vertx()
                              .timer(2 * PATIENCE.toMillis())
                              .onSuccess(done -> ctx.end("done")));
            });
  }

  private static void large(RoutingContext ctx, BlockingQueue<Boolean> wasRead) {
    ctx.end(Buffer.buffer(new byte[LARGE_BYTES])).onComplete(end -> wasRead.add(end.succeeded()));
  }

  private static RawHttp ask(String path) throws IOException {
    return RawHttp.holding(room.port(), LITTLE)
        .send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
  }

  @AfterAll
  static void close() {
    room.close();
  }

  /** Sends the beginning at once and then a byte at a time; returns what came when it was over. */
  private static String trickle(String beginning) throws IOException {
    try (RawHttp client = RawHttp.to(room.port())) {
      return client.send(beginning).trickle(BETWEEN_BYTES);
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

  /** The end of the first request is not the beginning of the wait for a third. */
  @Test
  void so_may_one_to_a_request_that_was_sent_before_the_answer_to_the_one_before()
      throws IOException {
    String answers =
        whole(
            "GET /soon HTTP/1.1\r\nHost: x\r\n\r\nGET /long-work HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assertTrue(answers.contains("soon") && answers.endsWith("done"), answers);
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

  private static String whole(String request) throws IOException {
    return RawHttp.exchange(room.port(), request);
  }

  /** In all it takes several times as long as nothing at all may go out. */
  @Test
  void an_answer_in_one_large_piece_may_be_read_slowly() throws Exception {
    long begin = System.nanoTime();
    try (RawHttp client = ask("/large")) {
      InputStream in = client.in();
      long read = 0;
      while (read < LARGE_BYTES) {
        int some = in.readNBytes(LARGE_BYTES / 20).length;
        assertTrue(some > 0, "cut off after " + read + " bytes");
        read += some;
        // This is what is tested: a client that takes its time.
        LockSupport.parkNanos(PATIENCE.dividedBy(5).toNanos());
      }
    }
    assertTrue(largeWasRead.take(), "all of it went out");
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    assertTrue(took.compareTo(PATIENCE.multipliedBy(2)) > 0, "it was slow: " + took);
  }

  @Test
  void who_stops_reading_is_cut_off_and_the_server_is_told() throws Exception {
    try (RawHttp client = ask("/unread")) {
      long begin = System.nanoTime();
      assertEquals('H', client.in().read());
      // Without a byte more being read on this side.
      assertFalse(unreadWasRead.take(), "the answer failed");
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      assertTrue(took.compareTo(PATIENCE) >= 0, "not before it is late: " + took);
    }
  }

  @Test
  void who_reads_what_there_is_may_wait_for_more() throws IOException {
    String answer = whole("GET /long-pause HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assertTrue(answer.contains("first") && answer.contains("second"), answer);
  }
}
