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

  /** Bytes that the systems of both sides hold, so that the server feels how the client reads. */
  private static final int LITTLE = 64 << 10;

  private static final Pace LENIENT = new Pace(GRACE, 1);
  private static final Pace STRICT = new Pace(GRACE, Integer.MAX_VALUE);
  private static final String LAST_CHUNK = "\r\n0\r\n\r\n";

  /** Of each path's answer, when it is over: whether all of it went out. */
  private static final Map<String, BlockingQueue<Boolean>> ended = new ConcurrentHashMap<>();

  private static WebRoom room;

  @BeforeAll
  static void open() {
    room =
        WebRoom.with(
            router -> {
              mount(router, "/strict", STRICT, MANY, Duration.ZERO);
              mount(router, "/lenient", LENIENT, MANY, Duration.ZERO);
              mount(router, "/slow-rows", STRICT, FEW, GRACE);
            });
  }

  private static BlockingQueue<Boolean> wholly(String path) {
    return ended.computeIfAbsent(path, first -> new LinkedBlockingQueue<>());
  }

  private static void mount(Router router, String path, Pace pace, int count, Duration between) {
    router
        .get(path)
        .handler(
            ctx -> {
              ctx.addEndHandler(end -> wholly(path).add(end.succeeded()));
              ctx.response().setChunked(true);
              new LineStream(ctx, pace).send(new Rows(ctx.vertx(), count, between), row -> LINE);
            });
  }

  @AfterAll
  static void close() {
    room.close();
  }

  private static RawHttp ask(String path) throws IOException {
    return RawHttp.holding(room.port(), LITTLE)
        .send("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  }

  @Test
  void who_reads_steadily_but_too_slowly_is_cut_off_and_sees_that_it_is_not_all() throws Exception {
    long begin = System.nanoTime();
    try (RawHttp client = ask("/strict")) {
      String seen = readSlowly(client.in(), 1_000);
      assertTrue(seen.startsWith("HTTP/1.1 200"), "it begins like any other");
      assertFalse(seen.endsWith(LAST_CHUNK), "and does not end like one");
    }
    assertFalse(wholly("/strict").take(), "the server is told");
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    assertTrue(took.compareTo(GRACE) >= 0, "not before the grace is over: " + took);
  }

  /** In all it is waited for several times as long as the grace. */
  @Test
  void who_reads_slowly_but_fast_enough_gets_every_row() throws Exception {
    long begin = System.nanoTime();
    try (RawHttp client = ask("/lenient")) {
      String seen = readSlowly(client.in(), MANY * LINE.length() / 50);
      assertTrue(seen.endsWith(LAST_CHUNK), "to its end");
      assertEquals(MANY, seen.lines().filter(line -> line.endsWith("x")).count());
    }
    assertTrue(wholly("/lenient").take());
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    assertTrue(took.compareTo(GRACE.multipliedBy(2)) > 0, "it was slow: " + took);
  }

  @Test
  void nobody_is_cut_off_for_rows_that_come_slowly() throws Exception {
    try (RawHttp client = ask("/slow-rows")) {
      assertTrue(client.rest().endsWith(LAST_CHUNK), "to its end");
    }
    assertTrue(wholly("/slow-rows").take());
  }

  /** What a client sees that reads so many bytes and takes a breath, until nothing more comes. */
  private static String readSlowly(InputStream in, int bytes) {
    StringBuilder seen = new StringBuilder();
    try {
      while (true) {
        byte[] some = in.readNBytes(bytes);
        if (some.length == 0) {
          return seen.toString();
        }
        seen.append(new String(some, StandardCharsets.ISO_8859_1));
        // This is what is tested: a client that takes its time.
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }
    } catch (IOException reset) {
      return seen.toString();
    }
  }

  /** Rows as a database sends them: as many as are wanted, with a pause before each. */
  private static final class Rows implements ReadStream<Integer> {

    private final Vertx vertx;
    private final Duration between;
    private int left;
    private boolean paused;
    private boolean coming;
    private @Nullable Handler<Integer> row;
    private @Nullable Handler<Void> end;

    Rows(Vertx vertx, int count, Duration between) {
      this.vertx = vertx;
      this.left = count;
      this.between = between;
    }

    private void next() {
      if (coming) {
        return;
      }
      coming = true;
      if (between.isZero()) {
        vertx.runOnContext(now -> emit());
      } else {
        vertx.setTimer(between.toMillis(), now -> emit());
      }
    }

    private void emit() {
      coming = false;
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
