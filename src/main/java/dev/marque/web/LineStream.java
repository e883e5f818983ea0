package dev.marque.web;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.streams.ReadStream;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends rows as lines while they are read, as fast as the client takes them. Rows hold something
 * that others wait for, such as a connection to the database, so a client must take them at a
 * bearable rate on average: one that is slower is cut off, and sees that by the last chunk that
 * never comes. Only the time that its bytes wait for it counts, so nobody pays for a slow database.
 *
 * <p>For one answer, on its event loop.
 */
public final class LineStream {

  /**
   * How slowly a client may read.
   *
   * @param grace how long it may be waited for in any case
   * @param bytesPerSecond what it has to take on average of the time beyond
   */
  public record Pace(Duration grace, int bytesPerSecond) {

    /** An eighth of a megabit: less than a phone has at the edge of its network. */
    public static final Pace BEARABLE = new Pace(Duration.ofMinutes(1), 16 << 10);

    boolean isKept(long nanosWaited, long bytes) {
      return nanosWaited <= grace.toNanos() + bytes * TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(LineStream.class);

  /** How often within the grace an answer is looked at. */
  private static final int LOOKS = 10;

  /**
   * Lines are gathered, so that not each is a write, a chunk and a packet of its own; few enough
   * that a slow client takes a piece well before its connection counts as idle.
   */
  private static final int PIECE_BYTES = 16 << 10;

  private final RoutingContext ctx;
  private final HttpServerResponse response;
  private final Pace pace;
  private Buffer piece = Buffer.buffer();
  private boolean waits;
  private long waitsSince;
  private long waited;

  /**
   * @param ctx whose answer has its headers
   */
  public LineStream(RoutingContext ctx, Pace pace) {
    this.ctx = ctx;
    this.response = ctx.response();
    this.pace = pace;
  }

  /** Sends text before the first row. */
  public void add(String text) {
    piece.appendString(text);
    if (piece.length() >= PIECE_BYTES) {
      response.write(piece);
      piece = Buffer.buffer();
    }
  }

  /** Sends all rows and ends the answer. */
  public <T> void send(ReadStream<T> rows, Function<T, String> line) {
    long looking =
        ctx.vertx().setPeriodic(Math.max(1, pace.grace.toMillis() / LOOKS), look -> look());
    ctx.addEndHandler(end -> ctx.vertx().cancelTimer(looking));
    response.drainHandler(
        free -> {
          goOn();
          rows.resume();
        });
    rows.exceptionHandler(ctx::fail);
    rows.endHandler(
        end -> {
          response.end(piece);
          await();
        });
    rows.handler(
        row -> {
          add(line.apply(row));
          if (response.writeQueueFull()) {
            rows.pause();
            await();
          }
        });
  }

  private void await() {
    goOn();
    waits = true;
    waitsSince = System.nanoTime();
  }

  private void goOn() {
    waited = waited();
    waits = false;
  }

  private long waited() {
    return waits ? waited + System.nanoTime() - waitsSince : waited;
  }

  private void look() {
    long bytes = response.bytesWritten();
    if (!pace.isKept(waited(), bytes)) {
      LOG.info(
          "Cut off a client that took at most {} bytes of {} in {} s",
          bytes,
          ctx.normalizedPath(),
          TimeUnit.NANOSECONDS.toSeconds(waited()));
      Outflow.cutOff(ctx.request().connection());
    }
  }
}
