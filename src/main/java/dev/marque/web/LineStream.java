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
 * Streams rows as lines, as fast as the client reads them. The rows hold a shared resource, for
 * example a database connection, so a client must read at a minimum average rate. A slower client
 * is disconnected, which it notices by the missing last chunk. Only the time that data waits for
 * the client counts, so a slow database is not held against it.
 *
 * <p>One instance per answer, used on its event loop.
 */
public final class LineStream {

  /**
   * The slowest permitted reading rate.
   *
   * @param grace waiting time that every client is allowed
   * @param bytesPerSecond minimum average rate for the waiting time beyond that
   */
  public record Pace(Duration grace, int bytesPerSecond) {

    /** 128 kbit/s: less than a phone has at the edge of its network's coverage. */
    public static final Pace DEFAULT = new Pace(Duration.ofMinutes(1), 16 << 10);

    boolean allows(long nanosWaited, long bytes) {
      return nanosWaited <= grace.toNanos() + bytes * TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(LineStream.class);

  /** Number of checks per grace period. */
  private static final int CHECKS_PER_GRACE = 10;

  /**
   * Lines are collected to save writes, chunks and packets, but a chunk stays small enough for a
   * slow client to receive it well before its connection counts as idle.
   */
  private static final int CHUNK_BYTES = 16 << 10;

  private final RoutingContext ctx;
  private final HttpServerResponse response;
  private final Pace pace;
  private Buffer chunk = Buffer.buffer();
  private boolean waiting;
  private long waitingSince;
  private long waited;

  /**
   * @param ctx request whose response headers are already set
   */
  public LineStream(RoutingContext ctx, Pace pace) {
    this.ctx = ctx;
    this.response = ctx.response();
    this.pace = pace;
  }

  /** Appends text. Callers use it only before the first row. */
  public void add(String text) {
    chunk.appendString(text);
    if (chunk.length() >= CHUNK_BYTES) {
      response.write(chunk);
      chunk = Buffer.buffer();
    }
  }

  /** Sends all rows, then ends the answer. */
  public <T> void send(ReadStream<T> rows, Function<T, String> line) {
    long timer =
        ctx.vertx()
            .setPeriodic(Math.max(1, pace.grace.toMillis() / CHECKS_PER_GRACE), tick -> check());
    ctx.addEndHandler(end -> ctx.vertx().cancelTimer(timer));
    response.drainHandler(
        free -> {
          stopWaiting();
          rows.resume();
        });
    rows.exceptionHandler(ctx::fail);
    rows.endHandler(
        end -> {
          response.end(chunk);
          startWaiting();
        });
    rows.handler(
        row -> {
          add(line.apply(row));
          if (response.writeQueueFull()) {
            rows.pause();
            startWaiting();
          }
        });
  }

  private void startWaiting() {
    stopWaiting();
    waiting = true;
    waitingSince = System.nanoTime();
  }

  private void stopWaiting() {
    waited = waited();
    waiting = false;
  }

  private long waited() {
    return waiting ? waited + System.nanoTime() - waitingSince : waited;
  }

  private void check() {
    long bytes = response.bytesWritten();
    if (!pace.allows(waited(), bytes)) {
      LOG.info(
          "disconnected a client that read at most {} bytes of {} in {} s",
          bytes,
          ctx.normalizedPath(),
          TimeUnit.NANOSECONDS.toSeconds(waited()));
      Outflow.closeNow(ctx.request().connection());
    }
  }
}
