package dev.marque.prediction;

import io.vertx.core.json.JsonObject;

/**
 * What an inference node tells all others about itself, several times a second.
 *
 * @param node its name, by which it is asked
 * @param model that it runs; empty: it stops, and takes nothing more
 * @param free photos that it would take now
 * @param largestShare the photos of the account that has most there
 */
record NodeAnnouncement(String node, String model, int free, int largestShare) {

  /** How photos and answers are written; nodes that write otherwise do not ask each other. */
  private static final int PROTOCOL = 1;

  /** The last word of a node. */
  static NodeAnnouncement stopping(String node) {
    return new NodeAnnouncement(node, "", 0, 0);
  }

  boolean isStopping() {
    return model.isEmpty();
  }

  JsonObject toJson() {
    return new JsonObject()
        .put("protocol", PROTOCOL)
        .put("node", node)
        .put("model", model)
        .put("free", free)
        .put("largest_share", largestShare);
  }

  /** Whether this version understands the node that sent it. */
  static boolean isUnderstood(JsonObject json) {
    return json.getInteger("protocol", 0) == PROTOCOL;
  }

  static NodeAnnouncement of(JsonObject json) {
    return new NodeAnnouncement(
        json.getString("node"),
        json.getString("model"),
        json.getInteger("free"),
        json.getInteger("largest_share"));
  }
}
