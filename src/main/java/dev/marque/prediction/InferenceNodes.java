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
 * The inference nodes that this process has heard of, and how much room each seems to have: what it
 * announced last, less what went there since, plus what came back. Thread-safe.
 *
 * <p>The node of this process, if it is one, is asked even when it seems full, since that costs
 * nothing, and is not forgotten when it is silent. A photo is not sent to another that seems full,
 * unless its account has so little there that it would be let in. A node that stops gets none.
 *
 * <p>Places are also kept for photos that still arrive from their clients, over all nodes.
 */
final class InferenceNodes {

  /** Several announcements long. */
  static final Duration SILENCE = Duration.ofSeconds(3);

  /** How often it is asked which nodes are {@linkplain #silent}. */
  static final Duration CHECK = Duration.ofMillis(500);

  private static final Duration STANDSTILL = CHECK.plusSeconds(1);

  /** What sending a photo over the wire costs, in places of a queue. */
  private static final int WIRE = 8;

  private final String here;
  private final LongSupplier nanoTime;
  private final Map<String, Node> nodes = new HashMap<>();

  /** The places that are kept, by account, and their sum. */
  private final Map<UUID, Integer> reserved = new HashMap<>();

  private int allReserved;
  private long checked;

  private static final class Node {
    private NodeAnnouncement announced;
    private long heard;
    private int room;
    private final Map<UUID, Integer> asked = new HashMap<>();

    private Node(NodeAnnouncement announced) {
      this.announced = announced;
    }

    /** Places that may be had here; below 0 where more was sent than it has room for. */
    private int room() {
      return announced.isStopping() ? 0 : room;
    }
  }

  /**
   * @param here the name of this process' own node
   * @param nanoTime as {@link System#nanoTime}
   */
  InferenceNodes(String here, LongSupplier nanoTime) {
    this.here = here;
    this.nanoTime = nanoTime;
    this.checked = nanoTime.getAsLong();
  }

  /** Takes note; true if the node was not known. */
  synchronized boolean heard(NodeAnnouncement announcement) {
    Node known = nodes.get(announcement.node());
    Node node = known == null ? new Node(announcement) : known;
    node.announced = announcement;
    node.heard = nanoTime.getAsLong();
    node.room = announcement.free();
    nodes.put(announcement.node(), node);
    return known == null;
  }

  /**
   * Keeps a place, to be {@linkplain #release released}; false if there is none. Beyond the room
   * that there is, as many are kept as the greediest account will lose to one that has so little.
   */
  synchronized boolean reserve(UUID account) {
    int room = nodes.values().stream().mapToInt(node -> Math.max(0, node.room())).sum();
    int beyond = allReserved - room;
    if (beyond >= 0 && places(account) + 1 + beyond >= largestShare()) {
      return false;
    }
    reserved.merge(account, 1, Integer::sum);
    allReserved++;
    return true;
  }

  /** Gives a kept place back. */
  synchronized void release(UUID account) {
    reserved.computeIfPresent(account, (key, count) -> count == 1 ? null : count - 1);
    allReserved--;
  }

  private int places(UUID account) {
    return reserved.getOrDefault(account, 0)
        + nodes.values().stream().mapToInt(node -> node.asked.getOrDefault(account, 0)).sum();
  }

  /** By what nodes announced, and what this process has sent since. */
  private int largestShare() {
    int most = 0;
    for (Node node : nodes.values()) {
      if (node.announced.isStopping()) {
        continue;
      }
      most = Math.max(most, node.announced.largestShare());
      for (int asked : node.asked.values()) {
        most = Math.max(most, asked);
      }
    }
    return most;
  }

  /**
   * The node to send an account's photo to, which {@linkplain #answered is to be told} when it has
   * answered; empty if none has room.
   *
   * @param not a node that was asked before, or null
   */
  synchronized Optional<String> choose(UUID account, @Nullable String not) {
    Optional<Map.Entry<String, Node>> chosen =
        nodes.entrySet().stream()
            .filter(entry -> !entry.getKey().equals(not))
            .filter(entry -> mayTake(entry.getKey(), entry.getValue(), account))
            .max(Comparator.comparingInt(entry -> preference(entry.getKey(), entry.getValue())));
    chosen.ifPresent(
        entry -> {
          entry.getValue().room--;
          entry.getValue().asked.merge(account, 1, Integer::sum);
        });
    return chosen.map(Map.Entry::getKey);
  }

  private boolean mayTake(String name, Node node, UUID account) {
    return !node.announced.isStopping()
        && (name.equals(here)
            || node.room > 0
            || node.asked.getOrDefault(account, 0) + 1 < node.announced.largestShare());
  }

  private int preference(String name, Node node) {
    return node.room + (name.equals(here) ? WIRE : 0);
  }

  /** A chosen node has answered, or never will. */
  synchronized void answered(String name, UUID account) {
    Node node = nodes.get(name);
    if (node != null) {
      node.room++;
      node.asked.computeIfPresent(account, (key, count) -> count == 1 ? null : count - 1);
    }
  }

  /** Forgets a node that has left; false if it was not known. */
  synchronized boolean left(String name) {
    return nodes.remove(name) != null;
  }

  /**
   * The other nodes of which nothing was heard for too long; none where this process itself stood
   * still since it last asked, as in a long garbage collection: what came meanwhile is yet to read.
   */
  synchronized List<String> silent() {
    long now = nanoTime.getAsLong();
    boolean stoodStill = now - checked > STANDSTILL.toNanos();
    checked = now;
    if (stoodStill) {
      return List.of();
    }
    return nodes.entrySet().stream()
        .filter(entry -> !entry.getKey().equals(here))
        .filter(entry -> now - entry.getValue().heard > SILENCE.toNanos())
        .map(Map.Entry::getKey)
        .toList();
  }

  synchronized boolean knows(String name) {
    return nodes.containsKey(name);
  }

  /** Whether there is none that could be asked, however full. */
  synchronized boolean isEmpty() {
    return nodes.values().stream().allMatch(node -> node.announced.isStopping());
  }

  /** All of them, by their names. */
  synchronized List<KnownNode> all() {
    return nodes.values().stream()
        .map(node -> new KnownNode(node.announced.node(), node.announced.model(), node.room()))
        .sorted(Comparator.comparing(KnownNode::name))
        .toList();
  }

  /** How many nodes run each model, without those that stop. */
  synchronized Map<String, Integer> models() {
    Map<String, Integer> models = new TreeMap<>();
    nodes.values().stream()
        .filter(node -> !node.announced.isStopping())
        .forEach(node -> models.merge(node.announced.model(), 1, Integer::sum));
    return models;
  }
}
