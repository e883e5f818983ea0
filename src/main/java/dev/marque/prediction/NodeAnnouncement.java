package dev.marque.prediction;

import io.vertx.core.json.JsonObject;

/**
 * The state of an inference node, which it broadcasts several times per second.
 *
 * @param node id of the node
 * @param model name of the model that it runs; empty if it is stopping and refuses further photos
 * @param free number of free slots
 * @param largestShare number of photos of the account with the most on the node
 */
record NodeAnnouncement(String node, String model, int free, int largestShare) {

  /** Version of the wire format; nodes with different versions ignore each other. */
  private static final int PROTOCOL = 1;

  /** Returns the last announcement of a node. */
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

  /** Returns whether the sender uses the same wire format. */
  static boolean isCompatible(JsonObject json) {
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
