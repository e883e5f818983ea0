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
 * This process as a node of a cluster of Marques, which share one event bus. Hazelcast keeps the
 * list of nodes; they find each other by the addresses of the settings only, never by multicast.
 *
 * <p>What nodes say to each other is neither encrypted nor signed: their ports belong into a
 * network that nobody else reaches.
 */
public final class Cluster implements AutoCloseable {

  private static final int USUAL_PORT = 5701;

  /** Where Vert.x looks for a node's name among the attributes of a Hazelcast member. */
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
   * Joins the nodes of the settings, or is the first. Blocks for some seconds.
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
              + "); correct marque.cluster.host or marque.cluster.port",
          e);
    }
  }

  private static String address(String host) {
    try {
      return InetAddress.getByName(host).getHostAddress();
    } catch (UnknownHostException e) {
      throw new StartFailure(
          "marque.cluster.host is " + host + ", which has no address; correct it", e);
    }
  }

  private static Config configuration(
      Settings.ClusterSettings settings, String address, String node) {
    Config config = new Config();
    config.setClusterName(settings.name());
    config.getMemberAttributeConfig().setAttribute(NODE_ATTRIBUTE, node);
    // What Vert.x needs to know who listens to which address of the event bus.
    config.addMultiMapConfig(
        new MultiMapConfig("__vertx.subs")
            .setBackupCount(1)
            .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
    NetworkConfig network = config.getNetworkConfig();
    network.setPort(settings.port()).setPortAutoIncrement(false);
    network.getInterfaces().setEnabled(true).addInterface(address);
    JoinConfig join = network.getJoin();
    join.getMulticastConfig().setEnabled(false);
    join.getAutoDetectionConfig().setEnabled(false);
    TcpIpConfig members = join.getTcpIpConfig().setEnabled(true);
    settings.members().forEach(member -> members.addMember(withPort(member)));

    config.setProperty("hazelcast.logging.type", "slf4j");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.shutdownhook.enabled", "false");
    config.setProperty("hazelcast.socket.bind.any", "false");
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    config.setProperty("hazelcast.graceful.shutdown.max.wait", "5");
    // A machine that is gone is noticed within seconds; a killed process at once.
    config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
    config.setProperty("hazelcast.max.no.heartbeat.seconds", "15");
    // Parts that started apart from each other become one soon.
    config.setProperty("hazelcast.merge.first.run.delay.seconds", "20");
    config.setProperty("hazelcast.merge.next.run.delay.seconds", "15");
    return config;
  }

  private static String withPort(String member) {
    return member.matches(".*:\\d+") ? member : member + ":" + USUAL_PORT;
  }

  /** This node's name, the same for Vert.x. */
  public String node() {
    return node;
  }

  /** What connects Vert.x to the cluster. */
  public ClusterManager manager() {
    return new HazelcastClusterManager(hazelcast);
  }

  /** Where this node's event bus listens. */
  public EventBusOptions eventBus() {
    return eventBus;
  }

  /**
   * Tells which nodes have left or were killed.
   *
   * @param left gets the node's name, on a thread of Hazelcast's
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

  /** The names of all nodes, this one's too. */
  public List<String> nodes() {
    return hazelcast.getCluster().getMembers().stream()
        .map(member -> String.valueOf(member.getAttribute(NODE_ATTRIBUTE)))
        .toList();
  }

  /** Leaves the cluster; after Vert.x was closed. */
  @Override
  public void close() {
    hazelcast.shutdown();
  }
}
