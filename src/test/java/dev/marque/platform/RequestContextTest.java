package dev.marque.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An id entered for a request is that request's alone, wherever its work goes on. */
class RequestContextTest {

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private static String known() {
    return String.valueOf(RequestContext.requestId());
  }

  /** Enters the id that the request names, if any, and answers what is known later on. */
  private void answer(HttpServerRequest request) {
    String id = request.getParam("id");
    if (id != null) {
      RequestContext.enter(id);
    }
    List<String> seen = new ArrayList<>();
    vertx
        .timer(1)
        .compose(
            timer -> {
              seen.add("timer " + known());
              return vertx.executeBlocking(RequestContextTest::known);
            })
        .compose(
            worker -> {
              seen.add("worker " + worker);
              return vertx.eventBus().<String>request("echo", "x");
            })
        .onSuccess(
            reply -> {
              seen.add("consumer " + reply.body());
              seen.add("then " + known());
              request.response().end(String.join(", ", seen));
            });
  }

  private static Future<String> get(HttpClientAgent client, int port, String path) {
    return client
        .request(HttpMethod.GET, port, "127.0.0.1", path)
        .compose(request -> request.send())
        .compose(response -> response.body())
        .map(body -> body.toString());
  }

  @Test
  void it_goes_with_a_request_to_timers_and_workers_and_never_to_another_request() {
    vertx.eventBus().<String>consumer("echo", message -> message.reply(known()));
    int port =
        vertx
            .createHttpServer()
            .requestHandler(this::answer)
            .listen(0, "127.0.0.1")
            .await()
            .actualPort();
    // One connection: what one request left on it the next would find.
    HttpClientAgent client =
        vertx.createHttpClient(
            new HttpClientOptions().setKeepAlive(true), new PoolOptions().setHttp1MaxSize(1));
    assertEquals(
        "timer one, worker one, consumer null, then one", get(client, port, "/?id=one").await());
    assertEquals(
        "timer null, worker null, consumer null, then null", get(client, port, "/").await());
  }

  @Test
  void a_message_that_enters_a_request_leaves_nothing_to_the_next() {
    vertx
        .eventBus()
        .<String>consumer(
            "work",
            message -> {
              String before = known();
              RequestContext.enter(message.body());
              vertx.timer(1).onSuccess(later -> message.reply(before + " then " + known()));
            })
        .completion()
        .await();
    for (String id : List.of("one", "two")) {
      assertEquals("null then " + id, vertx.eventBus().<String>request("work", id).await().body());
    }
  }

  @Test
  void a_thread_outside_of_vertx_has_none() {
    RequestContext.enter("nobody-s");
    assertNull(RequestContext.requestId());
  }
}
