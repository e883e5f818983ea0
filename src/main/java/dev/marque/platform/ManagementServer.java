package dev.marque.platform;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.TimeUnit;

/**
 * Serves health and metrics to operators on a separate port: {@code /health/live}, {@code
 * /health/ready} and {@code /metrics}.
 */
public final class ManagementServer extends VerticleBase {

  private final String host;
  private final int port;
  private final Health health;
  private final Metrics metrics;

  private volatile int actualPort;

  /**
   * Creates the server; deploying it starts it.
   *
   * @param port port to listen on, or 0 for a free one
   */
  public ManagementServer(String host, int port, Health health, Metrics metrics) {
    this.host = host;
    this.port = port;
    this.health = health;
    this.metrics = metrics;
  }

  /** Returns the port that the server listens on, once deployed. */
  public int actualPort() {
    return actualPort;
  }

  @Override
  public Future<?> start() {
    Router router = Router.router(vertx);
    router.route().handler(ManagementServer::addSecurityHeaders);
    onGet(router, "/health/live", ctx -> ctx.json(new JsonObject().put("status", "live")));
    onGet(router, "/health/ready", this::ready);
    onGet(router, "/metrics", this::scrape);
    HttpServerOptions options =
        new HttpServerOptions()
            .setCompressionSupported(true)
            // Nobody needs it here, and Vert.x' metrics fail if such a connection closes early.
            .setHttp2ClearTextEnabled(false)
            .setIdleTimeout(60)
            .setIdleTimeoutUnit(TimeUnit.SECONDS);
    EarlyConnections early = new EarlyConnections();
    return vertx
        .createHttpServer(options)
        .connectionHandler(early::close)
        .requestHandler(router)
        .listen(port, host)
        .onSuccess(
            (HttpServer server) -> {
              early.accept();
              actualPort = server.actualPort();
            });
  }

  private static void onGet(Router router, String path, Handler<RoutingContext> handler) {
    router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(handler);
  }

  /** Adds security headers: none of these responses is a page, but browsers can open them. */
  private static void addSecurityHeaders(RoutingContext ctx) {
    ctx.response()
        .putHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("Cache-Control", "no-store");
    ctx.next();
  }

  private void ready(RoutingContext ctx) {
    health
        .readiness()
        .onSuccess(
            readiness -> {
              ctx.response().setStatusCode(readiness.isReady() ? 200 : 503);
              ctx.json(document(readiness));
            })
        .onFailure(ctx::fail);
  }

  private static JsonObject document(Health.Readiness readiness) {
    JsonArray checks = new JsonArray();
    for (Health.Check check : readiness.checks()) {
      JsonObject entry = new JsonObject().put("name", check.name()).put("ready", check.passed());
      if (!check.passed()) {
        entry.put("reason", check.reason());
      }
      checks.add(entry);
    }
    return new JsonObject()
        .put("status", readiness.isReady() ? "ready" : "not ready")
        .put("checks", checks);
  }

  /**
   * Checks readiness first, so that its gauges are not older than the scrape. Writing the metrics
   * runs on a worker thread: with many meters it takes milliseconds.
   */
  private void scrape(RoutingContext ctx) {
    health
        .readiness()
        .compose(checked -> vertx.executeBlocking(metrics::scrape, false))
        .onSuccess(
            text ->
                ctx.response()
                    .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                    .end(text))
        .onFailure(ctx::fail);
  }
}
