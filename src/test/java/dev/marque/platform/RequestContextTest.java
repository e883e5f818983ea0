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

/** The id set for a request is visible in all its continuations and in no other request. */
class RequestContextTest {

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    vertx.close().await();
  }

  private static String currentId() {
    return String.valueOf(RequestContext.requestId());
  }

  /** Sets the id given in the request, if any, and responds with the ids seen later. */
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
              seen.add("timer " + currentId());
              return vertx.executeBlocking(RequestContextTest::currentId);
            })
        .compose(
            worker -> {
              seen.add("worker " + worker);
              return vertx.eventBus().<String>request("echo", "x");
            })
        .onSuccess(
            reply -> {
              seen.add("consumer " + reply.body());
              seen.add("then " + currentId());
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
  void timers_and_workers_see_the_id_of_their_request_and_other_requests_do_not() {
    vertx.eventBus().<String>consumer("echo", message -> message.reply(currentId()));
    int port =
        vertx
            .createHttpServer()
            .requestHandler(this::answer)
            .listen(0, "127.0.0.1")
            .await()
            .actualPort();
    // With a single connection, the second request would see anything left by the first.
    HttpClientAgent client =
        vertx.createHttpClient(
            new HttpClientOptions().setKeepAlive(true), new PoolOptions().setHttp1MaxSize(1));
    assertEquals(
        "timer one, worker one, consumer null, then one", get(client, port, "/?id=one").await());
    assertEquals(
        "timer null, worker null, consumer null, then null", get(client, port, "/").await());
  }

  @Test
  void the_id_set_by_a_message_handler_is_not_visible_to_the_next_message() {
    vertx
        .eventBus()
        .<String>consumer(
            "work",
            message -> {
              String before = currentId();
              RequestContext.enter(message.body());
              vertx.timer(1).onSuccess(later -> message.reply(before + " then " + currentId()));
            })
        .completion()
        .await();
    for (String id : List.of("one", "two")) {
      assertEquals("null then " + id, vertx.eventBus().<String>request("work", id).await().body());
    }
  }

  @Test
  void a_thread_outside_vertx_has_no_id() {
    RequestContext.enter("ignored");
    assertNull(RequestContext.requestId());
  }
}
