package dev.marque.web;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Discards the bodies of rejected requests on one connection before Vert.x copies them to the heap:
 * under overload those useless copies are most of the cost of rejecting a photo. Used on the
 * connection's event loop.
 */
final class BodyDiscarder extends ChannelInboundHandlerAdapter {

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

  /**
   * Discards what is left of the body of an answered request, and closes the connection if that is
   * more than the limit. From the second rejected request of a connection on, nothing is copied if
   * the request is answered before any of its body is read from the socket.
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
    BodyDiscarder present = present(request);
    if (present != null && present.inHead && request.bytesRead() == 0) {
      present.start(limit);
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
          if (!request.isEnded()) {
            presentOrAdded(request).ifPresent(discarder -> discarder.start(limit));
          }
        });
  }

  private static @Nullable BodyDiscarder present(HttpServerRequest request) {
    return request.connection() instanceof HttpServerConnection connection
        ? connection.channelHandlerContext().pipeline().get(BodyDiscarder.class)
        : null;
  }

  /**
   * Returns the connection's discarder. It is added by the first request of which something is left
   * to discard, because most connections have none.
   */
  private static Optional<BodyDiscarder> presentOrAdded(HttpServerRequest request) {
    BodyDiscarder present = present(request);
    if (present != null || !(request.connection() instanceof HttpServerConnection connection)) {
      return Optional.ofNullable(present);
    }
    ChannelHandlerContext vertx = connection.channelHandlerContext();
    if (vertx.isRemoved()) {
      // The connection has been closed in the meantime, so nothing more arrives.
      return Optional.empty();
    }
    BodyDiscarder added = new BodyDiscarder(connection);
    vertx.pipeline().addBefore(vertx.name(), null, added);
    return Optional.of(added);
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
