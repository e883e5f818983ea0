package dev.marque.web;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;

/**
 * Lets go what still comes of one request's body, before Vert.x copies it: under overload that
 * copy, made for nobody, is most of what a refusal costs. Ends with the body, or closes the
 * connection where there is too much of it.
 */
final class RestOfBody extends ChannelInboundHandlerAdapter {

  private final HttpServerConnection connection;
  private long left;

  private RestOfBody(HttpServerConnection connection, long most) {
    this.connection = connection;
    this.left = most;
  }

  /**
   * Lets the rest go, in place of Vert.x.
   *
   * @param most bytes that are let go
   */
  static void of(HttpServerRequest request, long most) {
    if (request.connection() instanceof HttpServerConnection connection) {
      ChannelHandlerContext vertx = connection.channelHandlerContext();
      // Where the connection has closed meanwhile, nothing comes any more.
      if (!vertx.isRemoved()) {
        vertx.pipeline().addBefore(vertx.name(), null, new RestOfBody(connection, most));
      }
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof HttpContent content) || content.decoderResult().isFailure()) {
      // The next request, or what Vert.x has to refuse.
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
