package dev.marque.web;

import dev.marque.platform.Cidr;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A real HTTP server with all handlers of this package and a few test routes. */
final class WebTestServer implements AutoCloseable {

  static final int FILE_BYTES = 1 << 20;
  static final int MAX_FILES = 5;

  /** For how many timeouts an idle connection is kept. */
  static final int KEEP_ALIVE_TIMEOUTS = 3;

  private static final int SEND_BUFFER = 128 << 10;

  /** With a long timeout, since even complete requests arrive late on a busy machine. */
  final Uploads uploads = uploads(Duration.ofMinutes(1));

  private final Uploads shortTimeout = uploads(Duration.ofMillis(300));

  /** Whether the upload of a disconnected client was read; completed after the attempt. */
  final CompletableFuture<Boolean> readLate = new CompletableFuture<>();

  /** Whether uploads are admitted. */
  volatile boolean admitsUploads = true;

  /** Number of permits that uploads hold. */
  final AtomicInteger permits = new AtomicInteger();

  /** With the sockets of the real server: some handlers look into the channel. */
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));

  private final HttpServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  private WebTestServer(
      Optional<URI> publicUrl,
      List<URI> portals,
      List<String> trusted,
      Duration timeout,
      Consumer<Router> first,
      Consumer<Router> routes) {
    Messages messages = new Messages();
    Assets assets = Assets.load();
    Proxies proxies = new Proxies(trusted.stream().map(Cidr::parse).toList());
    SecurityHeaders headers = new SecurityHeaders(publicUrl, portals);
    Pages pages = new Pages(messages, assets, publicUrl, portals, true, Clock.systemUTC());
    Failures failures = new Failures(messages, pages, headers);
    Router router = Router.router(vertx);
    SlowClients slowClients =
        new SlowClients(vertx, timeout, timeout.multipliedBy(KEEP_ALIVE_TIMEOUTS));
    slowClients.mount(router);
    failures.mount(router);
    first.accept(router);
    new Arrival(proxies, publicUrl).mount(router);
    headers.mount(router);
    assets.mount(router);
    new OriginCheck(proxies, publicUrl, new CrossOrigin(List.of()), Optional.empty()).mount(router);
    new Bodies(Set.of("/upload", "/upload-late", "/upload-soon"), timeout).mount(router);
    routes.accept(router);
    router.post("/upload").handler(ctx -> upload(ctx, uploads));
    router.post("/upload-soon").handler(ctx -> upload(ctx, shortTimeout));
    router.post("/upload-late").handler(this::uploadOnceGone);
    router
        .get("/page/:template")
        .handler(
            ctx ->
                vertx
                    .timer(1)
                    .compose(done -> pages.render(ctx, ctx.pathParam("template"), Map.of()))
                    .onFailure(ctx::fail));
    failures.mountUnmatched(router);
    server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setMaxHeaderSize(8192)
                    .setHttp2ClearTextEnabled(false)
                    .setSendBufferSize(SEND_BUFFER))
            .connectionHandler(
                connection -> {
                  BodyDiscarder.connected(connection);
                  slowClients.connected(connection);
                })
            .requestHandler(router)
            .invalidRequestHandler(failures::invalidRequest)
            .listen(0, "127.0.0.1")
            .await();
  }

  private static Uploads uploads(Duration timeout) {
    return new Uploads(FILE_BYTES, 4 * FILE_BYTES, 8 * FILE_BYTES, timeout);
  }

  static WebTestServer with(Consumer<Router> routes) {
    return withTimeout(Duration.ofSeconds(30), routes);
  }

  /**
   * Returns a server with this timeout for the head of a request and for its body; an idle
   * connection is kept for {@link #KEEP_ALIVE_TIMEOUTS} as long.
   */
  static WebTestServer withTimeout(Duration timeout, Consumer<Router> routes) {
    return new WebTestServer(Optional.empty(), List.of(), List.of(), timeout, router -> {}, routes);
  }

  /** Returns a server that logs its requests. */
  static WebTestServer withLog(RequestLog log, Optional<URI> publicUrl, Consumer<Router> routes) {
    return new WebTestServer(
        publicUrl, List.of(), List.of(), Duration.ofSeconds(30), log::mount, routes);
  }

  static WebTestServer behindProxy(URI publicUrl, List<URI> portals, Consumer<Router> routes) {
    return new WebTestServer(
        Optional.of(publicUrl),
        portals,
        List.of("127.0.0.0/8"),
        Duration.ofSeconds(30),
        router -> {},
        routes);
  }

  private Future<Runnable> admit() {
    if (!admitsUploads) {
      return Future.failedFuture(new Failure.Unavailable("busy", Duration.ofSeconds(1)));
    }
    permits.incrementAndGet();
    return Future.succeededFuture(permits::decrementAndGet);
  }

  /** Answers with the names and sizes of the uploaded files and the other fields. */
  private void upload(RoutingContext ctx, Uploads by) {
    by.read(ctx, MAX_FILES, this::admit)
        .onSuccess(
            upload -> {
              StringBuilder seen = new StringBuilder();
              upload
                  .files()
                  .forEach(
                      file ->
                          seen.append(file.field() + "=" + file.name() + ":")
                              .append(file.content().length() + ";"));
              upload.fields().forEach((name, value) -> seen.append(name + "=" + value + ";"));
              ctx.end(seen.toString());
            })
        .onFailure(ctx::fail);
  }

  /** Starts to read after the client has disconnected, as after a slow lookup. */
  private void uploadOnceGone(RoutingContext ctx) {
    if (ctx.response().closed()) {
      uploads
          .read(ctx, MAX_FILES, this::admit)
          .onComplete(done -> readLate.complete(done.succeeded()));
    } else {
      vertx.setTimer(5, again -> uploadOnceGone(ctx));
    }
  }

  int port() {
    return server.actualPort();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
        .timeout(Duration.ofSeconds(20));
  }

  HttpResponse<String> get(String path, String... headers) {
    HttpRequest.Builder request = request(path);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.build());
  }

  HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.close().await();
    vertx.close().await();
  }
}
