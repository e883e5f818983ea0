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
import io.micrometer.core.instrument.Counter;
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

/** Uses a real event bus, with nodes whose replies each test defines. */
class EventBusInferenceClientTest {

  private static final Buffer PHOTO = Buffer.buffer("photo");

  private final Vertx vertx = Vertx.vertx();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private final EventBusInferenceClient client =
      new EventBusInferenceClient(vertx, "web", 40, metrics);
  private final Promise<Void> gone = Promise.promise();
  private final User ada = new User(UUID.randomUUID(), "ada", Role.USER, UUID.randomUUID());
  private final Caller caller = new Caller(ada, "request-1", gone.future());

  /** The requests to all nodes, in order. */
  private final BlockingQueue<ClassifyRequest> requests = new LinkedBlockingQueue<>();

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
  void the_gauge_of_nodes_has_a_value_even_if_there_is_no_node() {
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

  /** Starts a node that announces free slots and handles requests with the given handler. */
  private void node(String name, int free, Consumer<Message<ClassifyRequest>> handler) {
    vertx
        .eventBus()
        .<ClassifyRequest>consumer(
            InferenceVerticle.ADDRESS + name,
            message -> {
              requests.add(message.body());
              handler.accept(message);
            })
        .completion()
        .await();
    announce(name, free);
  }

  private void announce(String name, int free) {
    Promise<Void> arrived = Promise.promise();
    var probe =
        vertx.eventBus().consumer(InferenceVerticle.NODES, message -> arrived.tryComplete());
    probe.completion().await();
    vertx
        .eventBus()
        .publish(InferenceVerticle.NODES, new NodeAnnouncement(name, "marque-1", free, 0).toJson());
    arrived.future().await();
    client.discovered().await();
    probe.unregister().await();
  }

  private Inference classify() throws Exception {
    return client.classify(PHOTO, caller).await(10, TimeUnit.SECONDS);
  }

  private String unavailable() {
    Failure.Unavailable failure = assertThrows(Failure.Unavailable.class, this::classify);
    return failure.type();
  }

  private double refused(String reason) {
    return metrics.get("marque.uploads.refused").tag("reason", reason).counter().count();
  }

  private double refused() {
    return metrics.find("marque.uploads.refused").counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  @Test
  void a_request_contains_its_id_its_account_and_a_deadline() throws Exception {
    Inference answer = Samples.inference();
    node("a", 1, message -> message.reply(answer));
    assertSame(answer, classify());
    ClassifyRequest request = requests.take();
    assertEquals("request-1", request.requestId());
    assertEquals(ada.id(), request.account());
    long left = request.deadline() - System.currentTimeMillis();
    assertTrue(left > 0 && left <= 20_000, left + " ms");
  }

  @Test
  void the_client_is_not_ready_before_the_first_node_but_stays_ready_after_the_last() {
    assertEquals("model-not-ready", unavailable());
    assertEquals(1, refused("model-not-ready"));
    assertThrows(Exception.class, () -> client.check().await());
    node("a", 1, message -> message.reply(Samples.inference()));
    client.check().await();
    client.lost("a");
    assertEquals("model-not-ready", unavailable());
    client.check().await();
  }

  @Test
  void a_photo_is_not_sent_to_a_full_node() throws Exception {
    node("a", 0, message -> message.reply(Samples.inference()));
    assertEquals("busy", unavailable());
    assertEquals(1, refused("busy"), "counted here, since no node can");
    assertTrue(requests.isEmpty());
    Eventually.holds(
        "the node gets the next photo",
        () -> {
          announce("a", 1);
          return client.classify(PHOTO, caller).otherwiseEmpty().await() != null;
        });
  }

  @Test
  void a_reserved_slot_is_unavailable_until_it_is_released() {
    node("a", 1, message -> message.reply(Samples.inference()));
    Runnable release = client.reserve(ada.id()).await();
    Future<Runnable> second = client.reserve(ada.id());
    assertEquals("busy", assertInstanceOf(Failure.Unavailable.class, second.cause()).type());
    release.run();
    release.run();
    client.reserve(ada.id()).await();
    assertTrue(client.reserve(ada.id()).failed());
  }

  @Test
  void a_reservation_expires_if_the_upload_takes_too_long() {
    node("a", 1, message -> message.reply(Samples.inference()));
    client.reserve(ada.id()).await();
    assertTrue(client.reserve(ada.id()).failed());
    long begin = System.nanoTime();
    while (client.reserve(ada.id()).failed()) {
      assertTrue(
          System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(20),
          "the reservation does not expire");
      announce("a", 1);
    }
  }

  @Test
  void without_a_node_a_reservation_fails() {
    Failure.Unavailable failure =
        assertInstanceOf(Failure.Unavailable.class, client.reserve(ada.id()).cause());
    assertEquals("model-not-ready", failure.type());
  }

  @Test
  void if_a_node_turns_out_to_be_full_the_request_is_retried_once() throws Exception {
    node("a", 9, message -> message.fail(Refusal.BUSY.code(), "BUSY"));
    node("b", 5, message -> message.reply(Samples.inference()));
    classify();
    assertEquals(2, requests.size());
  }

  @Test
  void if_a_node_stops_the_request_is_retried() throws Exception {
    node("a", 9, message -> message.fail(Refusal.STOPPING.code(), "STOPPING"));
    node("b", 5, message -> message.reply(Samples.inference()));
    classify();
    assertEquals(2, requests.size());
  }

  @Test
  void if_a_node_has_stopped_unnoticed_the_request_is_retried() throws Exception {
    announce("a", 9);
    node("b", 5, message -> message.reply(Samples.inference()));
    classify();
    assertEquals(1, metrics.get("marque.inference.asked.again").counter().count());
  }

  @Test
  void after_two_full_nodes_the_request_fails() {
    for (String name : new String[] {"a", "b", "c"}) {
      node(name, 5, message -> message.fail(Refusal.BUSY.code(), "BUSY"));
    }
    assertEquals("busy", unavailable());
    assertEquals(2, requests.size());
    assertEquals(0, refused(), "counted by the nodes");
  }

  @Test
  void a_photo_whose_only_node_is_lost_fails_and_is_counted() {
    node("a", 9, message -> client.lost("a"));
    assertEquals("model-not-ready", unavailable());
    assertEquals(1, refused("model-not-ready"));
  }

  @Test
  void a_photo_whose_nodes_are_both_lost_fails_and_is_counted_once() {
    node("a", 9, message -> client.lost("a"));
    node("b", 5, message -> client.lost("b"));
    assertEquals("model-not-ready", unavailable());
    assertEquals(1, refused());
  }

  @Test
  void a_photo_that_a_node_has_refused_is_not_counted_again_if_there_is_no_other() {
    node("a", 9, message -> message.fail(Refusal.BUSY.code(), "BUSY"));
    assertEquals("busy", unavailable());
    assertEquals(0, refused());
  }

  @Test
  void the_requests_of_a_lost_node_are_retried_on_another() throws Exception {
    node("a", 9, message -> client.lost("a"));
    node("b", 5, message -> message.reply(Samples.inference()));
    classify();
    assertEquals(requests.take().call(), requests.take().call());
    assertEquals(1, metrics.get("marque.inference.asked.again").counter().count());
  }

  @Test
  void an_unreadable_photo_is_not_retried() {
    node("a", 9, message -> message.fail(Refusal.UNREADABLE.code(), "UNREADABLE"));
    node("b", 5, message -> message.reply(Samples.inference()));
    assertThrows(Failure.Invalid.class, this::classify);
    assertEquals(1, requests.size());
  }

  @Test
  void the_nodes_are_notified_when_the_client_disconnects() throws Exception {
    BlockingQueue<String> cancelled = new LinkedBlockingQueue<>();
    vertx
        .eventBus()
        .<String>consumer(InferenceVerticle.CANCEL, message -> cancelled.add(message.body()))
        .completion()
        .await();
    node("a", 1, message -> gone.complete());
    Future<Inference> answer = client.classify(PHOTO, caller);
    assertEquals(requests.take().call().toString(), cancelled.poll(10, TimeUnit.SECONDS));
    assertTrue(!answer.isComplete());
  }
}
