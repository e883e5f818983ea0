package dev.marque.web;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;

/**
 * Discards the rest of one request's body before Vert.x copies it: under overload that useless copy
 * is most of the cost of rejecting a request. Removes itself at the end of the body, and closes the
 * connection if the body exceeds the limit.
 */
final class RestOfBody extends ChannelInboundHandlerAdapter {

  private final HttpServerConnection connection;
  private long left;

  private RestOfBody(HttpServerConnection connection, long limit) {
    this.connection = connection;
    this.left = limit;
  }

  /**
   * Discards the rest of the request's body.
   *
   * @param limit maximum number of bytes to discard
   */
  static void of(HttpServerRequest request, long limit) {
    if (request.connection() instanceof HttpServerConnection connection) {
      ChannelHandlerContext vertx = connection.channelHandlerContext();
      // If the connection has been closed in the meantime, nothing more arrives.
      if (!vertx.isRemoved()) {
        vertx.pipeline().addBefore(vertx.name(), null, new RestOfBody(connection, limit));
      }
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof HttpContent content) || content.decoderResult().isFailure()) {
      // The next request, or input that Vert.x has to reject.
      ctx.pipeline().remove(this);
      ctx.fireChannelRead(message);
      return;
    }
    left -= content.content().readableBytes();
    content.release();
    if (message instanceof LastHttpContent) {
      ctx.pipeline().remove(this);
      ctx.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
    } else if (left < 0) {
      connection.close();
    }
  }
}
