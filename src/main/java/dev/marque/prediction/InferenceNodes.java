package dev.marque.prediction;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The inference nodes known to this process, and the estimated free capacity of each: what it last
 * announced, minus the photos sent since, plus the results received since. Thread-safe.
 *
 * <p>The node of this process, if there is one, is chosen even if it seems full, since sending a
 * photo there costs nothing, and it never expires. Another node that seems full is chosen only if
 * it would accept the photo because the account has few photos there. A stopping node is never
 * chosen.
 *
 * <p>Slots can also be reserved, across all nodes, for photos that are still being uploaded.
 */
final class InferenceNodes {

  /** Several announcement intervals. */
  static final Duration EXPIRY = Duration.ofSeconds(3);

  /** How often to call {@link #expired}. */
  static final Duration CHECK_INTERVAL = Duration.ofMillis(500);

  private static final Duration MAX_PAUSE = CHECK_INTERVAL.plusSeconds(1);

  /**
   * How many more free slots a remote node must have to be preferred to the local one, since photos
   * sent there cross the network.
   */
  private static final int REMOTE_COST = 8;

  private final String localNode;
  private final LongSupplier nanoTime;
  private final Map<String, Node> nodes = new HashMap<>();

  /** The number of reserved slots by account. */
  private final Map<UUID, Integer> reserved = new HashMap<>();

  private int totalReserved;
  private long lastCheck;

  private static final class Node {
    private NodeAnnouncement announcement;
    private long lastSeen;
    private int free;
    private final Map<UUID, Integer> inFlight = new HashMap<>();

    private Node(NodeAnnouncement announcement) {
      this.announcement = announcement;
    }

    /** Returns the number of free slots; negative if more photos were sent than fit. */
    private int free() {
      return announcement.isStopping() ? 0 : free;
    }

    private Duration expiry() {
      return announcement.isStopping() ? EXPIRY.plus(PhotoPipeline.SHUTDOWN_TIMEOUT) : EXPIRY;
    }
  }

  /**
   * @param localNode the id of this process's own node
   * @param nanoTime clock like {@link System#nanoTime}
   */
  InferenceNodes(String localNode, LongSupplier nanoTime) {
    this.localNode = localNode;
    this.nanoTime = nanoTime;
    this.lastCheck = nanoTime.getAsLong();
  }

  /** Adds or updates a node; returns true if it is new. */
  synchronized boolean update(NodeAnnouncement announcement) {
    Node known = nodes.get(announcement.node());
    Node node = known == null ? new Node(announcement) : known;
    node.announcement = announcement;
    node.lastSeen = nanoTime.getAsLong();
    node.free = announcement.free();
    nodes.put(announcement.node(), node);
    return known == null;
  }

  /**
   * Reserves a slot, which the caller must {@linkplain #release release}; returns false if there is
   * none. Beyond the free slots, an account with few photos can reserve as many as it could
   * displace from the account with the most.
   */
  synchronized boolean reserve(UUID account) {
    if (!canReserve(slots(account))) {
      return false;
    }
    reserved.merge(account, 1, Integer::sum);
    totalReserved++;
    return true;
  }

  /** Returns whether {@link #reserve} would currently return false for every account. */
  synchronized boolean isFull() {
    return !canReserve(0);
  }

  /**
   * @param slots the number of slots that the account holds
   */
  private boolean canReserve(int slots) {
    int free = 0;
    for (Node node : nodes.values()) {
      free += Math.max(0, node.free());
    }
    int excess = totalReserved - free;
    return excess < 0 || slots + 1 + excess < largestShare();
  }

  /** Releases a reserved slot. */
  synchronized void release(UUID account) {
    reserved.computeIfPresent(account, (key, count) -> count == 1 ? null : count - 1);
    totalReserved--;
  }

  private int slots(UUID account) {
    return reserved.getOrDefault(account, 0)
        + nodes.values().stream().mapToInt(node -> node.inFlight.getOrDefault(account, 0)).sum();
  }

  /** Takes the maximum of what nodes have announced and what this process has in flight. */
  private int largestShare() {
    int most = 0;
    for (Node node : nodes.values()) {
      if (node.announcement.isStopping()) {
        continue;
      }
      most = Math.max(most, node.announcement.largestShare());
      for (int inFlight : node.inFlight.values()) {
        most = Math.max(most, inFlight);
      }
    }
    return most;
  }

  /**
   * Chooses the node to send an account's photo to; empty if none has capacity. The caller must
   * report the end of the request to {@link #completed}.
   *
   * @param excluded a node not to choose, or {@code null}
   */
  synchronized Optional<String> choose(UUID account, @Nullable String excluded) {
    Optional<Map.Entry<String, Node>> chosen =
        nodes.entrySet().stream()
            .filter(entry -> !entry.getKey().equals(excluded))
            .filter(entry -> accepts(entry.getKey(), entry.getValue(), account))
            .max(Comparator.comparingInt(entry -> preference(entry.getKey(), entry.getValue())));
    chosen.ifPresent(
        entry -> {
          entry.getValue().free--;
          entry.getValue().inFlight.merge(account, 1, Integer::sum);
        });
    return chosen.map(Map.Entry::getKey);
  }

  private boolean accepts(String name, Node node, UUID account) {
    return !node.announcement.isStopping()
        && (name.equals(localNode)
            || node.free > 0
            || node.inFlight.getOrDefault(account, 0) + 1 < node.announcement.largestShare());
  }

  private int preference(String name, Node node) {
    return node.free + (name.equals(localNode) ? REMOTE_COST : 0);
  }

  /** Reports that a request to a chosen node has ended, with or without a result. */
  synchronized void completed(String name, UUID account) {
    Node node = nodes.get(name);
    if (node != null) {
      node.free++;
      node.inFlight.computeIfPresent(account, (key, count) -> count == 1 ? null : count - 1);
    }
  }

  /** Removes a node; returns false if it is unknown. */
  synchronized boolean remove(String name) {
    return nodes.remove(name) != null;
  }

  /**
   * Returns the remote nodes whose last announcement is too old; a stopping node announces nothing
   * while it finishes its photos. Returns none if this process itself was paused since the last
   * call, for example by garbage collection: announcements received in the meantime have not been
   * processed yet.
   */
  synchronized List<String> expired() {
    long now = nanoTime.getAsLong();
    boolean paused = now - lastCheck > MAX_PAUSE.toNanos();
    lastCheck = now;
    if (paused) {
      return List.of();
    }
    return nodes.entrySet().stream()
        .filter(entry -> !entry.getKey().equals(localNode))
        .filter(entry -> now - entry.getValue().lastSeen > entry.getValue().expiry().toNanos())
        .map(Map.Entry::getKey)
        .toList();
  }

  synchronized boolean contains(String name) {
    return nodes.containsKey(name);
  }

  /** Returns whether a node is known and has announced that it stops. */
  synchronized boolean isStopping(String name) {
    Node node = nodes.get(name);
    return node != null && node.announcement.isStopping();
  }

  /** Returns whether there is no node, full or not, that accepts photos. */
  synchronized boolean isEmpty() {
    for (Node node : nodes.values()) {
      if (!node.announcement.isStopping()) {
        return false;
      }
    }
    return true;
  }

  /** Returns all nodes, ordered by name. */
  synchronized List<KnownNode> all() {
    return nodes.values().stream()
        .map(
            node ->
                new KnownNode(
                    node.announcement.node(), node.announcement.model(), Math.max(0, node.free())))
        .sorted(Comparator.comparing(KnownNode::name))
        .toList();
  }

  /** Returns the number of nodes per model, not counting stopping nodes. */
  synchronized Map<String, Integer> models() {
    Map<String, Integer> models = new TreeMap<>();
    nodes.values().stream()
        .filter(node -> !node.announcement.isStopping())
        .forEach(node -> models.merge(node.announcement.model(), 1, Integer::sum));
    return models;
  }
}
