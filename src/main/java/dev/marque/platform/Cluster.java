package dev.marque.platform;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.config.TcpIpConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * This process as a node of a cluster of Marque processes that share one event bus. Hazelcast
 * maintains the list of members; nodes find each other only by the addresses in the settings, never
 * by multicast.
 *
 * <p>Traffic between nodes is neither encrypted nor authenticated: run them in a private network.
 */
public final class Cluster implements AutoCloseable {

  private static final int DEFAULT_PORT = 5701;

  /** The attribute of a Hazelcast member in which Vert.x looks for the node's id. */
  private static final String NODE_ATTRIBUTE = "__vertx.nodeId";

  private final HazelcastInstance hazelcast;
  private final String node;
  private final EventBusOptions eventBus;

  private Cluster(HazelcastInstance hazelcast, String node, EventBusOptions eventBus) {
    this.hazelcast = hazelcast;
    this.node = node;
    this.eventBus = eventBus;
  }

  /**
   * Joins the nodes given in the settings, or starts a new cluster. Blocks for several seconds.
   *
   * @throws StartFailure if the address cannot be used
   */
  public static Cluster join(Settings.ClusterSettings settings) {
    String address = address(settings.host());
    String node = UUID.randomUUID().toString();
    EventBusOptions eventBus =
        new EventBusOptions().setHost(address).setPort(settings.eventBusPort());
    try {
      return new Cluster(
          Hazelcast.newHazelcastInstance(configuration(settings, address, node)), node, eventBus);
    } catch (RuntimeException e) {
      throw new StartFailure(
          "Cannot join the cluster at port "
              + settings.port()
              + " of "
              + settings.host()
              + " ("
              + e.getMessage()
              + "); check marque.cluster.host and marque.cluster.port",
          e);
    }
  }

  private static String address(String host) {
    try {
      return InetAddress.getByName(host).getHostAddress();
    } catch (UnknownHostException e) {
      throw new StartFailure(
          "marque.cluster.host is " + host + ", which cannot be resolved; correct it", e);
    }
  }

  private static Config configuration(
      Settings.ClusterSettings settings, String address, String node) {
    Config config = new Config();
    config.setClusterName(settings.name());
    config.getMemberAttributeConfig().setAttribute(NODE_ATTRIBUTE, node);
    // Vert.x keeps the event bus subscriptions of all nodes in this map.
    config.addMultiMapConfig(
        new MultiMapConfig("__vertx.subs")
            .setBackupCount(1)
            .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
    NetworkConfig network = config.getNetworkConfig();
    network.setPort(settings.port()).setPortAutoIncrement(false);
    JoinConfig join = network.getJoin();
    join.getMulticastConfig().setEnabled(false);
    join.getAutoDetectionConfig().setEnabled(false);
    TcpIpConfig members = join.getTcpIpConfig().setEnabled(true);
    settings.members().forEach(member -> members.addMember(withPort(member)));

    // Not by NetworkConfig.getInterfaces(): with those, members given by name are ignored.
    config.setProperty("hazelcast.local.localAddress", address);
    config.setProperty("hazelcast.logging.type", "slf4j");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.shutdownhook.enabled", "false");
    config.setProperty("hazelcast.socket.bind.any", "false");
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    config.setProperty("hazelcast.graceful.shutdown.max.wait", "5");
    // A lost machine is detected within seconds; a killed process at once.
    config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
    config.setProperty("hazelcast.max.no.heartbeat.seconds", "15");
    // Clusters that started separately merge soon.
    config.setProperty("hazelcast.merge.first.run.delay.seconds", "20");
    config.setProperty("hazelcast.merge.next.run.delay.seconds", "15");
    return config;
  }

  private static String withPort(String member) {
    return member.matches(".*:\\d+") ? member : member + ":" + DEFAULT_PORT;
  }

  /** Returns this node's id, which Vert.x uses too. */
  public String node() {
    return node;
  }

  /** Returns a new cluster manager that connects Vert.x to this cluster. */
  public ClusterManager manager() {
    return new HazelcastClusterManager(hazelcast);
  }

  /** Returns the host and port on which this node's event bus listens. */
  public EventBusOptions eventBus() {
    return eventBus;
  }

  /**
   * Registers a listener for nodes that leave the cluster or die.
   *
   * @param left called with the node's id on a Hazelcast thread
   */
  public void onNodeLeft(Consumer<String> left) {
    hazelcast
        .getCluster()
        .addMembershipListener(
            new MembershipListener() {
              @Override
              public void memberAdded(MembershipEvent event) {}

              @Override
              public void memberRemoved(MembershipEvent event) {
                String name = event.getMember().getAttribute(NODE_ATTRIBUTE);
                if (name != null) {
                  left.accept(name);
                }
              }
            });
  }

  /** Returns the ids of all nodes, including this one. */
  public List<String> nodes() {
    return hazelcast.getCluster().getMembers().stream()
        .map(member -> String.valueOf(member.getAttribute(NODE_ATTRIBUTE)))
        .toList();
  }

  /** Leaves the cluster. Call it after Vert.x has been closed. */
  @Override
  public void close() {
    hazelcast.shutdown();
  }
}
