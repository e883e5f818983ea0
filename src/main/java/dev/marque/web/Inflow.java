package dev.marque.web;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * Distinguishes a client that is sending a request from one that merely keeps its connection open.
 * Used on the connection's event loop.
 */
final class Inflow {

  private boolean incomplete;
  private long since;

  /** Starts to observe a new connection. */
  Inflow(HttpConnection connection) {
    ChannelHandlerContext vertx = ((ConnectionBase) connection).channelHandlerContext();
    vertx.pipeline().addFirst(new Begin());
    vertx.pipeline().addBefore(vertx.name(), null, new End());
  }

  /** Returns whether bytes have arrived that are not yet a complete request. */
  boolean isIncomplete() {
    return incomplete;
  }

  /** Returns when the first of these bytes arrived, by {@link System#nanoTime}. */
  long since() {
    return since;
  }

  /** Sees bytes as they arrive. */
  private final class Begin extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
      if (!incomplete) {
        incomplete = true;
        since = System.nanoTime();
      }
      ctx.fireChannelRead(bytes);
    }
  }

  /** Sees what the bytes have been decoded to. */
  private final class End extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof LastHttpContent) {
        incomplete = false;
      }
      ctx.fireChannelRead(message);
    }
  }
}
