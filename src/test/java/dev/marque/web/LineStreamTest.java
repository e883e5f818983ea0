package dev.marque.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.RunsConcurrently;
import dev.marque.web.LineStream.Pace;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.streams.ReadStream;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that take many rows fast, slowly, or too slowly. */
@RunsConcurrently
@Timeout(60)
class LineStreamTest {

  private static final String LINE = "x".repeat(999) + "\n";
  private static final int MANY = 8_000;
  private static final int FEW = 5;
  private static final Duration GRACE = Duration.ofMillis(300);

  /** Small socket buffers, so that the server is affected by the client's reading rate. */
  private static final int SMALL_BUFFER = 64 << 10;

  private static final Pace LENIENT = new Pace(GRACE, 1);
  private static final Pace STRICT = new Pace(GRACE, Integer.MAX_VALUE);
  private static final String LAST_CHUNK = "\r\n0\r\n\r\n";

  /** For each path: whether its answer was sent completely, once it has ended. */
  private static final Map<String, BlockingQueue<Boolean>> ended = new ConcurrentHashMap<>();

  private static WebTestServer server;

  @BeforeAll
  static void open() {
    server =
        WebTestServer.with(
            router -> {
              mount(router, "/strict", STRICT, MANY, Duration.ZERO);
              mount(router, "/lenient", LENIENT, MANY, Duration.ZERO);
              mount(router, "/slow-rows", STRICT, FEW, GRACE);
            });
  }

  private static BlockingQueue<Boolean> sentCompletely(String path) {
    return ended.computeIfAbsent(path, absent -> new LinkedBlockingQueue<>());
  }

  private static void mount(Router router, String path, Pace pace, int count, Duration between) {
    router
        .get(path)
        .handler(
            ctx -> {
              ctx.addEndHandler(end -> sentCompletely(path).add(end.succeeded()));
              ctx.response().setChunked(true);
              new LineStream(ctx, pace).send(new Rows(ctx.vertx(), count, between), row -> LINE);
            });
  }

  @AfterAll
  static void close() {
    server.close();
  }

  private static RawHttp request(String path) throws IOException {
    return RawHttp.holding(server.port(), SMALL_BUFFER)
        .send("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  }

  @Test
  void a_client_that_reads_too_slowly_is_disconnected_without_a_last_chunk() throws Exception {
    long start = System.nanoTime();
    try (RawHttp client = request("/strict")) {
      String seen = readSlowly(client.in(), 1_000);
      assertTrue(seen.startsWith("HTTP/1.1 200"), "the status was sent before");
      assertFalse(seen.endsWith(LAST_CHUNK), "the last chunk is missing");
    }
    assertFalse(sentCompletely("/strict").take(), "the server notices");
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(GRACE) >= 0, "not before the end of the grace period: " + took);
  }

  /** The total waiting time is several times the grace period. */
  @Test
  void a_client_that_reads_slowly_but_fast_enough_receives_all_rows() throws Exception {
    long start = System.nanoTime();
    try (RawHttp client = request("/lenient")) {
      String seen = readSlowly(client.in(), MANY * LINE.length() / 50);
      assertTrue(seen.endsWith(LAST_CHUNK), "complete");
      assertEquals(MANY, seen.lines().filter(line -> line.endsWith("x")).count());
    }
    assertTrue(sentCompletely("/lenient").take());
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(GRACE.multipliedBy(2)) > 0, "it was slow: " + took);
  }

  @Test
  void a_client_is_not_disconnected_for_a_slow_source_of_rows() throws Exception {
    try (RawHttp client = request("/slow-rows")) {
      assertTrue(client.rest().endsWith(LAST_CHUNK), "complete");
    }
    assertTrue(sentCompletely("/slow-rows").take());
  }

  /** Reads to the end of the stream with a pause after every {@code bytes} bytes. */
  private static String readSlowly(InputStream in, int bytes) {
    StringBuilder seen = new StringBuilder();
    try {
      while (true) {
        byte[] some = in.readNBytes(bytes);
        if (some.length == 0) {
          return seen.toString();
        }
        seen.append(new String(some, StandardCharsets.ISO_8859_1));
        // Not a wait for a condition: the slow client is what is tested.
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }
    } catch (IOException reset) {
      return seen.toString();
    }
  }

  /** Rows on demand, like those of a database, with a pause before each. */
  private static final class Rows implements ReadStream<Integer> {

    private final Vertx vertx;
    private final Duration between;
    private int left;
    private boolean paused;
    private boolean scheduled;
    private @Nullable Handler<Integer> row;
    private @Nullable Handler<Void> end;

    Rows(Vertx vertx, int count, Duration between) {
      this.vertx = vertx;
      this.left = count;
      this.between = between;
    }

    private void next() {
      if (scheduled) {
        return;
      }
      scheduled = true;
      if (between.isZero()) {
        vertx.runOnContext(now -> emit());
      } else {
        vertx.setTimer(between.toMillis(), now -> emit());
      }
    }

    private void emit() {
      scheduled = false;
      if (paused) {
        return;
      }
      if (left == 0) {
        end.handle(null);
        return;
      }
      left--;
      row.handle(left);
      next();
    }

    @Override
    public Rows handler(@Nullable Handler<Integer> handler) {
      row = handler;
      next();
      return this;
    }

    @Override
    public Rows endHandler(@Nullable Handler<Void> handler) {
      end = handler;
      return this;
    }

    @Override
    public Rows exceptionHandler(@Nullable Handler<Throwable> handler) {
      return this;
    }

    @Override
    public Rows pause() {
      paused = true;
      return this;
    }

    @Override
    public Rows resume() {
      if (paused) {
        paused = false;
        next();
      }
      return this;
    }

    @Override
    public Rows fetch(long amount) {
      return resume();
    }
  }
}
