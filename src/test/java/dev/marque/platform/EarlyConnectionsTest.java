package dev.marque.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EarlyConnectionsTest {

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void a_connection_is_closed_at_once_until_the_server_accepts_them() throws Exception {
    EarlyConnections early = new EarlyConnections();
    HttpServer server =
        vertx
            .createHttpServer()
            .connectionHandler(early::close)
            .requestHandler(request -> request.response().end("served"))
            .listen(0, "127.0.0.1")
            .await();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort()))
            .timeout(Duration.ofSeconds(30))
            .build();

    IOException closed = assertThrows(IOException.class, () -> get(request));
    assertFalse(closed instanceof HttpTimeoutException, closed.toString());
    early.accept();
    assertEquals("served", get(request));
  }

  private String get(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, BodyHandlers.ofString()).body();
  }
}
