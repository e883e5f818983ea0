package dev.marque.web;

import dev.marque.platform.Cidr;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
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

/** A real server with everything of this package and a few routes to try it on. */
final class WebRoom implements AutoCloseable {

  static final int FILE_BYTES = 1 << 20;

  private static final int SEND_BUFFER = 128 << 10;

  /** Patient, since what is sent in full arrives late on a machine that has other work. */
  final Uploads uploads = uploads(Duration.ofMinutes(1));

  private final Uploads impatient = uploads(Duration.ofMillis(300));

  /** Whether the upload of a client that left was read; completed when that was tried. */
  final CompletableFuture<Boolean> readLate = new CompletableFuture<>();

  /** Whether there is room for uploads. */
  volatile boolean hasPlaces = true;

  /** Places that uploads hold. */
  final AtomicInteger places = new AtomicInteger();

  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  private WebRoom(
      Optional<URI> publicUrl,
      List<URI> portals,
      List<String> trusted,
      Duration patience,
      Consumer<Router> first,
      Consumer<Router> routes) {
    Messages messages = new Messages();
    Assets assets = Assets.load();
    Proxies proxies = new Proxies(trusted.stream().map(Cidr::parse).toList());
    SecurityHeaders headers = new SecurityHeaders(publicUrl, portals);
    Pages pages = new Pages(messages, assets, publicUrl, portals, true, Clock.systemUTC());
    Failures failures = new Failures(messages, pages, headers);
    Router router = Router.router(vertx);
    SlowClients slowClients = new SlowClients(vertx, patience);
    slowClients.mount(router);
    first.accept(router);
    new Arrival(proxies, publicUrl).mount(router);
    headers.mount(router);
    assets.mount(router);
    new OriginCheck(proxies, publicUrl, new CrossOrigin(List.of()), Optional.empty()).mount(router);
    new Bodies(Set.of("/upload", "/upload-late", "/upload-soon"), patience).mount(router);
    routes.accept(router);
    router.post("/upload").handler(ctx -> upload(ctx, uploads));
    router.post("/upload-soon").handler(ctx -> upload(ctx, impatient));
    router.post("/upload-late").handler(this::uploadOnceGone);
    router
        .get("/page/:template")
        .handler(
            ctx ->
                vertx
                    .timer(1)
                    .compose(done -> pages.render(ctx, ctx.pathParam("template"), Map.of()))
                    .onFailure(ctx::fail));
    failures.mount(router);
    server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setMaxHeaderSize(8192)
                    .setHttp2ClearTextEnabled(false)
                    .setSendBufferSize(SEND_BUFFER))
            .connectionHandler(slowClients::connected)
            .requestHandler(router)
            .invalidRequestHandler(failures::invalidRequest)
            .listen(0, "127.0.0.1")
            .await();
  }

  private static Uploads uploads(Duration patience) {
    return new Uploads(FILE_BYTES, 3 * FILE_BYTES, 8 * FILE_BYTES, patience);
  }

  static WebRoom with(Consumer<Router> routes) {
    return waiting(Duration.ofSeconds(30), routes);
  }

  /** One that waits so long for the head of a request, and for its body. */
  static WebRoom waiting(Duration patience, Consumer<Router> routes) {
    return new WebRoom(Optional.empty(), List.of(), List.of(), patience, router -> {}, routes);
  }

  /** One that logs its requests. */
  static WebRoom logged(RequestLog log, Optional<URI> publicUrl, Consumer<Router> routes) {
    return new WebRoom(publicUrl, List.of(), List.of(), Duration.ofSeconds(30), log::mount, routes);
  }

  static WebRoom behind(URI publicUrl, List<URI> portals, Consumer<Router> routes) {
    return new WebRoom(
        Optional.of(publicUrl),
        portals,
        List.of("127.0.0.0/8"),
        Duration.ofSeconds(30),
        router -> {},
        routes);
  }

  private Future<Runnable> admit() {
    if (!hasPlaces) {
      return Future.failedFuture(new Failure.Unavailable("busy", Duration.ofSeconds(1)));
    }
    places.incrementAndGet();
    return Future.succeededFuture(places::decrementAndGet);
  }

  /** Answers the sizes and names of what was uploaded. */
  private void upload(RoutingContext ctx, Uploads by) {
    by.read(ctx, 2, this::admit)
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

  /** Begins to read when the client has left, as after a long look-up. */
  private void uploadOnceGone(RoutingContext ctx) {
    if (ctx.response().closed()) {
      uploads.read(ctx, 2, this::admit).onComplete(done -> readLate.complete(done.succeeded()));
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
