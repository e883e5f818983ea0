package dev.marque.browser;

import dev.marque.SelfSignedCertificate;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PfxOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A reverse proxy with TLS, as in an intranet: {@code https://marque.example:PORT/cars} leads to
 * Marque, and any other host of {@code .example} serves pages of the test. The test browser
 * resolves all these hosts to this machine.
 */
final class HttpsProxy implements AutoCloseable {

  static final String PREFIX = "/cars";

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = vertx.createHttpClient();
  private final HttpServer server;
  private final Map<String, String> pages = new ConcurrentHashMap<>();
  private final Map<String, String> addedHeaders = new ConcurrentHashMap<>();
  private final List<String> outside = Collections.synchronizedList(new ArrayList<>());
  private volatile int backend;

  HttpsProxy() {
    server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setSsl(true)
                    .setKeyCertOptions(
                        new PfxOptions()
                            .setPath(SelfSignedCertificate.keyStore().toString())
                            .setPassword(SelfSignedCertificate.PASSWORD)))
            .requestHandler(this::handle)
            .listen(0, "127.0.0.1")
            .await();
  }

  /** Returns the origin of a host, for example {@code https://portal.example:41234}. */
  String origin(String name) {
    return "https://" + name + ".example:" + server.actualPort();
  }

  /** Returns the public URL of Marque, without a trailing slash. */
  String marque() {
    return origin("marque") + PREFIX;
  }

  /** Forwards requests to a port of this machine. */
  void forwardTo(int port) {
    backend = port;
  }

  /** Adds a header to forwarded requests, replacing one of that name from the browser. */
  void addHeader(String name, String value) {
    addedHeaders.put(name, value);
  }

  void removeHeader(String name) {
    addedHeaders.remove(name);
  }

  /** Serves a page at the root of another host. */
  void page(String host, String html) {
    pages.put(host, html);
  }

  /** Returns the requests to Marque's host that are not below its prefix, caused by wrong links. */
  List<String> outside() {
    return List.copyOf(outside);
  }

  private void handle(HttpServerRequest request) {
    String host = request.authority().host();
    String name = host.substring(0, host.indexOf('.'));
    if (!name.equals("marque")) {
      request
          .response()
          .setStatusCode(pages.containsKey(name) && request.path().equals("/") ? 200 : 404)
          .putHeader("Content-Type", "text/html; charset=utf-8")
          .end(pages.getOrDefault(name, ""));
    } else if (request.path().equals(PREFIX) || request.path().startsWith(PREFIX + "/")) {
      forward(request);
    } else {
      // Browsers request this on their own.
      if (!request.path().equals("/favicon.ico")) {
        outside.add(request.uri());
      }
      request.response().setStatusCode(404).end();
    }
  }

  private void forward(HttpServerRequest request) {
    request.pause();
    request.exceptionHandler(error -> {});
    client
        .request(
            new RequestOptions()
                .setMethod(request.method())
                .setHost("127.0.0.1")
                .setPort(backend)
                .setURI(request.uri()))
        .compose(
            forwarded -> {
              forwarded.headers().setAll(request.headers());
              forwarded.headers().remove("Host");
              forwarded
                  .putHeader("X-Forwarded-For", request.remoteAddress().hostAddress())
                  .putHeader("X-Forwarded-Proto", "https")
                  .putHeader("X-Forwarded-Host", request.authority().toString());
              addedHeaders.forEach(forwarded::putHeader);
              return forwarded.send(request);
            })
        .compose(
            answer -> {
              request.response().setStatusCode(answer.statusCode());
              request.response().headers().setAll(answer.headers());
              return answer.body();
            })
        // Buffers the body, because browsers abort requests that they no longer need.
        .compose(body -> request.response().end(body))
        .onFailure(
            error -> {
              if (!request.response().headWritten()) {
                request.response().setStatusCode(502).end();
              }
            });
  }

  @Override
  public void close() {
    vertx.close().await();
  }
}
