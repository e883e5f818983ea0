package dev.marque.web;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import org.jspecify.annotations.Nullable;

/**
 * Discards the bodies of rejected requests on one connection before Vert.x copies them to the heap:
 * under overload those useless copies are most of the cost of rejecting a photo. Used on the
 * connection's event loop.
 */
public final class BodyDiscarder extends ChannelInboundHandlerAdapter {

  private final HttpServerConnection connection;

  /**
   * Whether the head of the latest request is being handled: so if that is the request to discard,
   * none of its body has been passed on.
   */
  private boolean inHead;

  private boolean discarding;
  private long left;

  private BodyDiscarder(HttpServerConnection connection) {
    this.connection = connection;
  }

  /** Prepares a new connection; for {@code HttpServer.connectionHandler}. */
  public static void connected(HttpConnection connection) {
    if (connection instanceof HttpServerConnection http) {
      ChannelHandlerContext vertx = http.channelHandlerContext();
      vertx.pipeline().addBefore(vertx.name(), null, new BodyDiscarder(http));
    }
  }

  /**
   * Discards what is left of the body of an answered request, and closes the connection if that is
   * more than the limit. Nothing is copied if the request is answered before any of its body is
   * read from the socket.
   *
   * @param limit maximum number of bytes to discard
   */
  static void discard(Vertx vertx, HttpServerRequest request, long limit) {
    if (request.isEnded()) {
      return;
    }
    if (request.isExpectMultipart()) {
      request.setExpectMultipart(false);
    }
    request.exceptionHandler(gone -> {});
    request.endHandler(end -> {});
    BodyDiscarder discarder = of(request);
    if (discarder != null && discarder.inHead && request.bytesRead() == 0) {
      discarder.start(limit);
      request.resume();
      return;
    }
    request.handler(
        chunk -> {
          if (request.bytesRead() > limit) {
            request.connection().close();
          }
        });
    request.resume();
    // Bytes that have already arrived are delivered first. If the request has ended by then, what
    // follows belongs to the next one, since clients may pipeline requests.
    vertx.runOnContext(
        delivered -> {
          if (discarder != null && !request.isEnded()) {
            discarder.start(limit);
          }
        });
  }

  /** Returns the discarder of a request's connection, or {@code null} once that is closed. */
  private static @Nullable BodyDiscarder of(HttpServerRequest request) {
    return request.connection() instanceof HttpServerConnection connection
        ? connection.channelHandlerContext().pipeline().get(BodyDiscarder.class)
        : null;
  }

  private void start(long limit) {
    discarding = true;
    left = limit;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpRequest) {
      discarding = false;
      inHead = true;
      try {
        ctx.fireChannelRead(message);
      } finally {
        inHead = false;
      }
    } else if (discarding
        && message instanceof HttpContent content
        && content.decoderResult().isSuccess()) {
      discard(ctx, content);
    } else {
      // Also input that Vert.x has to reject.
      discarding = false;
      ctx.fireChannelRead(message);
    }
  }

  private void discard(ChannelHandlerContext ctx, HttpContent content) {
    left -= content.content().readableBytes();
    content.release();
    if (content instanceof LastHttpContent) {
      discarding = false;
      ctx.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
    } else if (left < 0) {
      connection.close();
    }
  }
}
