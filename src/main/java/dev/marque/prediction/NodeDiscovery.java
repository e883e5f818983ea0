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

/** Keeps {@link InferenceNodes} up to date: processes announcements and removes expired nodes. */
final class NodeDiscovery {

  private static final Logger LOG = LoggerFactory.getLogger(NodeDiscovery.class);

  /** The gauge's tag if there is no node: an alert needs a value in that case too. */
  private static final String NO_MODEL = "none";

  private final Vertx vertx;
  private final String localNode;
  private final InferenceNodes nodes;
  private final Consumer<String> onLost;
  private final MultiGauge models;
  private final Promise<Void> discovered = Promise.promise();
  private @Nullable MessageConsumer<JsonObject> announcements;
  private long expiryTimer = -1;

  /**
   * @param localNode the id of this process's own node, whose discovery is not logged
   * @param onLost called with the id of each lost node
   */
  NodeDiscovery(
      Vertx vertx,
      String localNode,
      InferenceNodes nodes,
      MeterRegistry metrics,
      Consumer<String> onLost) {
    this.vertx = vertx;
    this.localNode = localNode;
    this.nodes = nodes;
    this.onLost = onLost;
    this.models =
        MultiGauge.builder("marque.inference.nodes")
            .description("Inference nodes known to this process, by model")
            .register(metrics);
  }

  /** Starts listening, and asks all nodes to announce themselves. */
  Future<Void> start() {
    MessageConsumer<JsonObject> consumer =
        vertx.eventBus().consumer(InferenceVerticle.NODES, this::announced);
    announcements = consumer;
    updateGauge();
    expiryTimer =
        vertx.setPeriodic(
            InferenceNodes.CHECK_INTERVAL.toMillis(), timer -> nodes.expired().forEach(this::lost));
    return consumer
        .completion()
        .onSuccess(
            listening -> vertx.eventBus().publish(InferenceVerticle.ANNOUNCE, new JsonObject()));
  }

  /** Completes once the first node has announced itself. */
  Future<Void> discovered() {
    return discovered.future();
  }

  /** Stops listening. */
  Future<Void> close() {
    vertx.cancelTimer(expiryTimer);
    return announcements == null ? Future.succeededFuture() : announcements.unregister();
  }

  private void announced(Message<JsonObject> message) {
    if (!NodeAnnouncement.isCompatible(message.body())) {
      return;
    }
    NodeAnnouncement node = NodeAnnouncement.of(message.body());
    if (node.isStopping() && !nodes.contains(node.node())) {
      return;
    }
    if (nodes.update(node)) {
      if (!node.node().equals(localNode)) {
        LOG.info("Discovered inference node {}, model {}", node.node(), node.model());
      }
      updateGauge();
      discovered.tryComplete();
    }
  }

  /** Publishes the number of nodes per model, also if there is no node. */
  private void updateGauge() {
    Map<String, Integer> serving = nodes.models();
    Map<String, Integer> counts = serving.isEmpty() ? Map.of(NO_MODEL, 0) : serving;
    models.register(
        counts.entrySet().stream()
            .map(model -> MultiGauge.Row.of(Tags.of("model", model.getKey()), model.getValue()))
            .toList(),
        true);
  }

  /** Removes a node that has left the cluster or expired. */
  void lost(String node) {
    boolean announced = nodes.isStopping(node);
    if (nodes.remove(node)) {
      if (announced) {
        LOG.info("Inference node {} has stopped", node);
      } else {
        LOG.warn("Lost inference node {}", node);
      }
    }
    updateGauge();
    onLost.accept(node);
  }
}
