package dev.marque.app;

import dev.marque.platform.EarlyConnections;
import dev.marque.platform.EventLoopDelay;
import dev.marque.web.BodyDiscarder;
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
 * <p>Undeploying it refuses new connections and lets running requests complete for a bounded time.
 */
final class WebVerticle extends VerticleBase {

  /**
   * The maximum time to receive the head of a request, and then its body unless that contains
   * photos; also the maximum time without progress in sending a response.
   */
  static final Duration TIMEOUT = Duration.ofSeconds(30);

  /**
   * How long a connection may be idle between two requests. Longer than the 60 seconds of common
   * proxies, so that it is the proxy that closes: if the server did, a request might arrive just
   * then and be lost, which users see as a 502.
   */
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(75);

  /**
   * The send buffer of a connection, in bytes. The system's default can be megabytes: much memory
   * for a slow client, and long pauses between signs that it still reads.
   */
  private static final int SEND_BUFFER = 128 << 10;

  /**
   * The maximum time for running requests to complete; the rest of a shutdown's ten seconds is for
   * the network, the database and their pools, which close afterwards.
   */
  private static final int SHUTDOWN_SECONDS = 5;

  /**
   * As much of a photo as one socket read returns; the default of 8 kB would split it into eight
   * chunks.
   */
  private static final int CHUNK = 64 * 1024;

  private final Address address;
  private final List<Consumer<Router>> mounts;
  private final Handler<HttpServerRequest> invalidRequests;
  private final EventLoopDelay delay;

  private @Nullable HttpServer server;

  /**
   * Creates one instance.
   *
   * @param mounts add each feature's routes, in the order in which requests pass them
   * @param invalidRequests answers malformed HTTP requests
   * @param delay measures the delay of the event loop
   */
  WebVerticle(
      Address address,
      List<Consumer<Router>> mounts,
      Handler<HttpServerRequest> invalidRequests,
      EventLoopDelay delay) {
    this.address = address;
    this.mounts = List.copyOf(mounts);
    this.invalidRequests = invalidRequests;
    this.delay = delay;
  }

  @Override
  public Future<?> start() {
    delay.watch(vertx);
    Router router = Router.router(vertx);
    SlowClients slowClients = new SlowClients(vertx, TIMEOUT, KEEP_ALIVE);
    slowClients.mount(router);
    mounts.forEach(mount -> mount.accept(router));
    EarlyConnections early = new EarlyConnections();
    server =
        vertx
            .createHttpServer(options())
            .connectionHandler(
                connection -> {
                  if (!early.close(connection)) {
                    BodyDiscarder.connected(connection);
                    slowClients.connected(connection);
                  }
                })
            .requestHandler(router)
            .invalidRequestHandler(invalidRequests);
    // A negative port means a free port that all instances share.
    int port = address.wanted == 0 ? -1 : address.wanted;
    return server
        .listen(port, address.host)
        .onSuccess(
            listening -> {
              early.accept();
              address.actual.set(listening.actualPort());
            });
  }

  @Override
  public Future<?> stop() {
    return server == null
        ? Future.succeededFuture()
        : server.shutdown(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
  }

  private static HttpServerOptions options() {
    return new HttpServerOptions()
        .setCompressionSupported(true)
        .setCompressionContentSizeThreshold(1024)
        // The proxy handles TLS and HTTP/2; an upgrade to cleartext HTTP/2 would bypass its rules.
        .setHttp2ClearTextEnabled(false)
        // Nothing here uses WebSockets; their compression would handle every request and response.
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false)
        .setSendBufferSize(SEND_BUFFER)
        .setMaxInitialLineLength(8 * 1024)
        .setMaxHeaderSize(16 * 1024)
        .setMaxChunkSize(CHUNK)
        .setMaxFormAttributeSize(8 * 1024)
        .setMaxFormFields(64)
        .setMaxFormBufferedBytes(16 * 1024);
  }

  /** The address on which all instances listen. */
  static final class Address {

    private final String host;
    private final int wanted;
    private final AtomicInteger actual = new AtomicInteger();

    /** Creates an address; port 0 selects a free port. */
    Address(String host, int wanted) {
      this.host = host;
      this.wanted = wanted;
    }

    /** Returns the actual port; 0 until an instance listens. */
    int port() {
      return actual.get();
    }
  }
}
