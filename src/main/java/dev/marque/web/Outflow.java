package dev.marque.web;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Detects a client that has stopped reading. A client counts as reading as long as pending bytes
 * are sent, even if only part of a large buffer, or if nothing is pending. Use only on the
 * connection's event loop.
 */
final class Outflow {

  private final HttpConnection connection;
  private final Duration timeout;
  private @Nullable Object current;
  private long progress;
  private long pendingBytes;
  private long since;

  /**
   * @param timeout how long the connection may send nothing while bytes are pending
   * @param now current time in nanoseconds, as for {@link #isStuck}
   */
  Outflow(HttpConnection connection, Duration timeout, long now) {
    this.connection = connection;
    this.timeout = timeout;
    this.since = now;
  }

  /** Returns whether the timeout has passed without progress; call it several times within one. */
  boolean isStuck(long now) {
    ChannelOutboundBuffer buffer = channel(connection).channel().unsafe().outboundBuffer();
    if (buffer == null || buffer.totalPendingWriteBytes() == 0 || hasProgressed(buffer)) {
      since = now;
      return false;
    }
    return now - since >= timeout.toNanos();
  }

  private boolean hasProgressed(ChannelOutboundBuffer buffer) {
    boolean same =
        buffer.current() == current
            && buffer.currentProgress() == progress
            && buffer.totalPendingWriteBytes() == pendingBytes;
    current = buffer.current();
    progress = buffer.currentProgress();
    pendingBytes = buffer.totalPendingWriteBytes();
    return !same;
  }

  /** Closes at once; Vert.x would first wait for the pending bytes, which are never sent here. */
  static void closeNow(HttpConnection connection) {
    ChannelFuture unused = channel(connection).close();
  }

  /** Returns the context of Vert.x in the channel's pipeline. */
  private static ChannelHandlerContext channel(HttpConnection connection) {
    return ((ConnectionBase) connection).channelHandlerContext();
  }
}
