package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.Eventually;
import dev.marque.account.Role;
import dev.marque.account.User;
import dev.marque.web.Failure;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On a real event bus, with nodes that answer as each test needs. */
class EventBusInferenceClientTest {

  private static final Buffer PHOTO = Buffer.buffer("photo");

  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final EventBusInferenceClient client =
      new EventBusInferenceClient(vertx, "web", 40, metrics);
  private final Promise<Void> gone = Promise.promise();
  private final User ada = new User(UUID.randomUUID(), "ada", Role.USER, UUID.randomUUID());
  private final Caller caller = new Caller(ada, "request-1", gone.future());

  /** What every node was asked, in order. */
  private final BlockingQueue<ClassifyRequest> asked = new LinkedBlockingQueue<>();

  @BeforeEach
  void start() {
    EventBusInferenceClient.registerCodecs(vertx);
    client.start().await();
  }

  @AfterEach
  void close() {
    client.close().await();
    vertx.close().await();
  }

  @Test
  void how_many_nodes_there_are_is_a_number_also_where_there_is_none() {
    assertEquals(Map.of("none", 0.0), nodesByModel());
    node("first", 1, message -> {});
    assertEquals(Map.of("marque-1", 1.0), nodesByModel());
    client.lost("first");
    assertEquals(Map.of("none", 0.0), nodesByModel());
  }

  private Map<String, Double> nodesByModel() {
    return metrics.get("marque.inference.nodes").gauges().stream()
        .collect(Collectors.toMap(gauge -> gauge.getId().getTag("model"), Gauge::value));
  }

  /** A node that announces room and answers in its own way. */
  private void node(String name, int free, Consumer<Message<ClassifyRequest>> answer) {
    vertx
        .eventBus()
        .<ClassifyRequest>consumer(
            InferenceVerticle.ADDRESS + name,
            message -> {
              asked.add(message.body());
              answer.accept(message);
            })
        .completion()
        .await();
    announce(name, free);
  }

  private void announce(String name, int free) {
    Promise<Void> arrived = Promise.promise();
    var behind =
        vertx.eventBus().consumer(InferenceVerticle.NODES, message -> arrived.tryComplete());
    behind.completion().await();
    vertx
        .eventBus()
        .publish(InferenceVerticle.NODES, new NodeAnnouncement(name, "marque-1", free, 0).toJson());
    arrived.future().await();
    client.heard().await();
    behind.unregister().await();
  }

  private Inference classify() throws Exception {
    return client.classify(PHOTO, caller).await(10, TimeUnit.SECONDS);
  }

  private String unavailable() {
    Failure.Unavailable failure = assertThrows(Failure.Unavailable.class, this::classify);
    return failure.type();
  }

  @Test
  void the_request_carries_its_id_its_account_and_a_deadline() throws Exception {
    Inference answer = Samples.inference();
    node("a", 1, message -> message.reply(answer));
    assertSame(answer, classify());
    ClassifyRequest request = asked.take();
    assertEquals("request-1", request.requestId());
    assertEquals(ada.id(), request.account());
    long left = request.deadline() - System.currentTimeMillis();
    assertTrue(left > 0 && left <= 20_000, left + " ms");
  }

  @Test
  void without_a_node_it_is_not_ready() {
    assertEquals("model-not-ready", unavailable());
    assertThrows(Exception.class, () -> client.check().await());
  }

  @Test
  void a_full_node_is_not_sent_the_photo() throws Exception {
    node("a", 0, message -> message.reply(Samples.inference()));
    assertEquals("busy", unavailable());
    assertTrue(asked.isEmpty());
    Eventually.holds(
        "the node is asked again",
        () -> {
          announce("a", 1);
          return client.classify(PHOTO, caller).otherwiseEmpty().await() != null;
        });
  }

  @Test
  void a_place_that_is_kept_is_nobody_elses_until_it_is_given_back() {
    node("a", 1, message -> message.reply(Samples.inference()));
    Runnable place = client.reserve(ada.id()).await();
    Future<Runnable> second = client.reserve(ada.id());
    assertEquals("busy", assertInstanceOf(Failure.Unavailable.class, second.cause()).type());
    place.run();
    place.run();
    client.reserve(ada.id()).await();
    assertTrue(client.reserve(ada.id()).failed());
  }

  @Test
  void who_takes_too_long_to_send_loses_the_place() {
    node("a", 1, message -> message.reply(Samples.inference()));
    client.reserve(ada.id()).await();
    assertTrue(client.reserve(ada.id()).failed());
    long begin = System.nanoTime();
    while (client.reserve(ada.id()).failed()) {
      assertTrue(System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(20), "it is kept for ever");
      announce("a", 1);
    }
  }

  @Test
  void without_a_node_no_place_is_kept() {
    Failure.Unavailable none =
        assertInstanceOf(Failure.Unavailable.class, client.reserve(ada.id()).cause());
    assertEquals("model-not-ready", none.type());
  }

  @Test
  void where_a_node_turns_out_to_be_full_another_is_asked_once() throws Exception {
    node("a", 9, message -> message.fail(Refusal.BUSY.code(), "BUSY"));
    node("b", 5, message -> message.reply(Samples.inference()));
    classify();
    assertEquals(2, asked.size());
  }

  @Test
  void two_full_nodes_are_enough_to_give_up() {
    for (String name : new String[] {"a", "b", "c"}) {
      node(name, 5, message -> message.fail(Refusal.BUSY.code(), "BUSY"));
    }
    assertEquals("busy", unavailable());
    assertEquals(2, asked.size());
  }

  @Test
  void what_a_lost_node_had_in_work_is_asked_elsewhere() throws Exception {
    node("a", 9, message -> client.lost("a"));
    node("b", 5, message -> message.reply(Samples.inference()));
    classify();
    assertEquals(asked.take().call(), asked.take().call());
    assertEquals(1, metrics.get("marque.inference.asked.again").counter().count());
  }

  @Test
  void a_photo_that_cannot_be_read_is_not_asked_about_twice() {
    node("a", 9, message -> message.fail(Refusal.UNREADABLE.code(), "UNREADABLE"));
    node("b", 5, message -> message.reply(Samples.inference()));
    assertThrows(Failure.Invalid.class, this::classify);
    assertEquals(1, asked.size());
  }

  @Test
  void the_nodes_are_told_when_nobody_waits_any_more() throws Exception {
    BlockingQueue<String> forgotten = new LinkedBlockingQueue<>();
    vertx
        .eventBus()
        .<String>consumer(InferenceVerticle.FORGET, message -> forgotten.add(message.body()))
        .completion()
        .await();
    node("a", 1, message -> gone.complete());
    Future<Inference> answer = client.classify(PHOTO, caller);
    assertEquals(asked.take().call().toString(), forgotten.poll(10, TimeUnit.SECONDS));
    assertTrue(!answer.isComplete());
  }
}
