package dev.marque.platform;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ManagementServerTest {

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  /** Not every installation has a proxy that asks for readiness. */
  @Test
  void every_scrape_checks_readiness() throws Exception {
    try (Metrics metrics = new Metrics()) {
      Health health = new Health(metrics.registry());
      AtomicReference<Future<Void>> database = new AtomicReference<>(Future.succeededFuture());
      health.register("database", database::get);
      ManagementServer server = new ManagementServer("127.0.0.1", 0, health, metrics);
      vertx.deployVerticle(server).await();

      assertScraped(server, "marque_ready{check=\"database\"} 1.0");
      database.set(Future.failedFuture("lost"));
      assertScraped(server, "marque_ready{check=\"database\"} 0.0");
    }
  }

  private static void assertScraped(ManagementServer server, String sample) throws Exception {
    URI metrics = URI.create("http://127.0.0.1:" + server.actualPort() + "/metrics");
    HttpRequest request = HttpRequest.newBuilder(metrics).build();
    String text = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    assertTrue(text.contains(sample), text);
  }
}
