package dev.marque.app;

import dev.marque.platform.EventLoopDelay;
import dev.marque.web.SlowClients;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Serves pages and API on one event loop; several instances share the port.
 *
 * <p>Undeploying it takes no new connection and lets what runs end, for a bounded time.
 */
final class WebVerticle extends VerticleBase {

  /**
   * How long the head of a request may take, and then its body, where it is no photo; and how long
   * nothing at all of an answer may go out.
   */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /**
   * Bytes that wait in the system for the client to take them. Left alone it would be megabytes:
   * much memory for a slow client, and long pauses between the moments at which it is seen to read.
   */
  private static final int SEND_BUFFER = 128 << 10;

  /**
   * How long what runs may take to end: of the ten seconds of a stop the rest is for the network,
   * the database and their pools, which end after it.
   */
  private static final int FAREWELL_SECONDS = 5;

  /** As much of a photo as a socket gives at once; in the usual 8 kB it passes in eight steps. */
  private static final int CHUNK = 64 * 1024;

  private final Address address;
  private final List<Consumer<Router>> rooms;
  private final Handler<HttpServerRequest> invalidRequests;
  private final EventLoopDelay delay;

  private @Nullable HttpServer server;

  /**
   * Makes one instance.
   *
   * @param rooms what each room adds to the router, in the order in which requests pass it
   * @param invalidRequests answers what is not HTTP
   * @param delay looks at the event loop
   */
  WebVerticle(
      Address address,
      List<Consumer<Router>> rooms,
      Handler<HttpServerRequest> invalidRequests,
      EventLoopDelay delay) {
    this.address = address;
    this.rooms = List.copyOf(rooms);
    this.invalidRequests = invalidRequests;
    this.delay = delay;
  }

  @Override
  public Future<?> start() {
    delay.watch(vertx);
    Router router = Router.router(vertx);
    SlowClients slowClients = new SlowClients(vertx, PATIENCE);
    slowClients.mount(router);
    rooms.forEach(room -> room.accept(router));
    server =
        vertx
            .createHttpServer(options())
            .connectionHandler(slowClients::connected)
            .requestHandler(router)
            .invalidRequestHandler(invalidRequests);
    // A negative port is a free one that all instances share.
    int port = address.wanted == 0 ? -1 : address.wanted;
    return server
        .listen(port, address.host)
        .onSuccess(listening -> address.actual.set(listening.actualPort()));
  }

  @Override
  public Future<?> stop() {
    return server == null
        ? Future.succeededFuture()
        : server.shutdown(FAREWELL_SECONDS, TimeUnit.SECONDS);
  }

  private static HttpServerOptions options() {
    return new HttpServerOptions()
        .setCompressionSupported(true)
        .setCompressionContentSizeThreshold(1024)
        // TLS and HTTP/2 are the proxy's; an upgrade to cleartext HTTP/2 would bypass its rules.
        .setHttp2ClearTextEnabled(false)
        .setSendBufferSize(SEND_BUFFER)
        .setMaxInitialLineLength(8 * 1024)
        .setMaxHeaderSize(16 * 1024)
        .setMaxChunkSize(CHUNK)
        .setMaxFormAttributeSize(8 * 1024)
        .setMaxFormFields(64)
        .setMaxFormBufferedBytes(16 * 1024);
  }

  /** Where all instances listen. */
  static final class Address {

    private final String host;
    private final int wanted;
    private final AtomicInteger actual = new AtomicInteger();

    /** An address; port 0 takes a free one. */
    Address(String host, int wanted) {
      this.host = host;
      this.wanted = wanted;
    }

    /** The port, once an instance listens. */
    int port() {
      return actual.get();
    }
  }
}
