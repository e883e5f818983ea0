package dev.marque.platform;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;

/**
 * Closes the connections that a server accepts before it has completed its start, as if their
 * clients had come a moment earlier. Vert.x creates a server's metrics once the port is bound; on a
 * connection accepted before that, the first request would fail in the metrics and never be
 * answered.
 *
 * <p>One instance per server, used on its event loop.
 */
public final class EarlyConnections {

  private boolean accepting;

  /** Returns whether a connection was closed because it came too early. */
  public boolean close(HttpConnection connection) {
    if (accepting) {
      return false;
    }
    if (connection instanceof HttpServerConnection http) {
      ChannelHandlerContext vertx = http.channelHandlerContext();
      vertx.pipeline().addBefore(vertx.name(), null, new Ignored());
    }
    connection.close();
    return true;
  }

  /** Accepts connections from now on; to be called once the server listens. */
  public void accept() {
    accepting = true;
  }

  /** Hides what the client sends and the end of the connection, which Vert.x would count, too. */
  private static final class Ignored extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {}
  }
}
