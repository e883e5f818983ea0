package dev.marque.prediction;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps {@link InferenceNodes} as they are: hears their announcements and misses who is silent. */
final class NodeDiscovery {

  private static final Logger LOG = LoggerFactory.getLogger(NodeDiscovery.class);

  /** The gauge's tag where no node is known: an alert needs a number, also of none. */
  private static final String NO_MODEL = "none";

  private final Vertx vertx;
  private final String here;
  private final InferenceNodes nodes;
  private final Consumer<String> onLost;
  private final MultiGauge models;
  private final Promise<Void> heard = Promise.promise();
  private @Nullable MessageConsumer<JsonObject> announcements;
  private long silenceTimer = -1;

  /**
   * @param here the name of this process' own node, of which nothing is said in the log
   * @param onLost hears the name of each node that is gone
   */
  NodeDiscovery(
      Vertx vertx,
      String here,
      InferenceNodes nodes,
      MeterRegistry metrics,
      Consumer<String> onLost) {
    this.vertx = vertx;
    this.here = here;
    this.nodes = nodes;
    this.onLost = onLost;
    this.models =
        MultiGauge.builder("marque.inference.nodes")
            .description("Inference nodes that this process knows, by their model")
            .register(metrics);
  }

  /** Begins to listen, and asks all nodes to announce themselves. */
  Future<Void> start() {
    MessageConsumer<JsonObject> consumer =
        vertx.eventBus().consumer(InferenceVerticle.NODES, this::announced);
    announcements = consumer;
    showModels();
    silenceTimer =
        vertx.setPeriodic(
            InferenceNodes.CHECK.toMillis(), timer -> nodes.silent().forEach(this::lost));
    return consumer
        .completion()
        .onSuccess(listening -> vertx.eventBus().publish(InferenceVerticle.WHO, new JsonObject()));
  }

  /** Completes when the first node was heard of. */
  Future<Void> heard() {
    return heard.future();
  }

  /** Stops listening. */
  Future<Void> close() {
    vertx.cancelTimer(silenceTimer);
    return announcements == null ? Future.succeededFuture() : announcements.unregister();
  }

  private void announced(Message<JsonObject> message) {
    if (!NodeAnnouncement.isUnderstood(message.body())) {
      return;
    }
    NodeAnnouncement node = NodeAnnouncement.of(message.body());
    if (nodes.heard(node)) {
      if (!node.node().equals(here)) {
        LOG.info("inference node {} announces itself, model {}", node.node(), node.model());
      }
      showModels();
      heard.tryComplete();
    }
  }

  /** Shows how many nodes serve each model; where there is no node that is a number, too. */
  private void showModels() {
    Map<String, Integer> serving = nodes.models();
    Map<String, Integer> counts = serving.isEmpty() ? Map.of(NO_MODEL, 0) : serving;
    models.register(
        counts.entrySet().stream()
            .map(model -> MultiGauge.Row.of(Tags.of("model", model.getKey()), model.getValue()))
            .toList(),
        true);
  }

  /** Forgets a node that is gone. */
  void lost(String node) {
    if (nodes.left(node)) {
      LOG.warn("inference node {} is gone", node);
    }
    showModels();
    onLost.accept(node);
  }
}
