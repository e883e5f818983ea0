package dev.marque.web;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Whether a client takes what is sent to it. It does as long as some of the bytes that wait go out,
 * be it a part of one large piece; with nothing to send there is nothing to take. On the
 * connection's event loop only.
 */
final class Outflow {

  private final HttpConnection connection;
  private final Duration patience;
  private @Nullable Object piece;
  private long gone;
  private long waiting;
  private long since;

  /**
   * @param patience how long nothing at all may go out
   * @param now in nanoseconds, as for {@link #isStuck}
   */
  Outflow(HttpConnection connection, Duration patience, long now) {
    this.connection = connection;
    this.patience = patience;
    this.since = now;
  }

  /** To be asked several times within the time of patience. */
  boolean isStuck(long now) {
    ChannelOutboundBuffer buffer = channel(connection).channel().unsafe().outboundBuffer();
    if (buffer == null || buffer.totalPendingWriteBytes() == 0 || moves(buffer)) {
      since = now;
      return false;
    }
    return now - since >= patience.toNanos();
  }

  private boolean moves(ChannelOutboundBuffer buffer) {
    boolean same =
        buffer.current() == piece
            && buffer.currentProgress() == gone
            && buffer.totalPendingWriteBytes() == waiting;
    piece = buffer.current();
    gone = buffer.currentProgress();
    waiting = buffer.totalPendingWriteBytes();
    return !same;
  }

  /** At once. Vert.x closes a connection when what waits has gone out: here that is never. */
  static void cutOff(HttpConnection connection) {
    ChannelFuture unused = channel(connection).close();
  }

  /** The place of Vert.x in the channel. */
  private static ChannelHandlerContext channel(HttpConnection connection) {
    return ((ConnectionBase) connection).channelHandlerContext();
  }
}
