package dev.marque.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.marque.RunsConcurrently;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@RunsConcurrently
class ClusterTest {

  /** A node with a host and a port of its own. */
  private record Node(String host, int port, List<String> members)
      implements Settings.ClusterSettings {

    @Override
    public Optional<List<String>> listed() {
      return Optional.of(members);
    }

    @Override
    public int eventBusPort() {
      return 0;
    }

    @Override
    public String name() {
      return "test" + members;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void nodes_on_different_hosts_find_each_other_by_name() throws IOException {
    assumeTrue(
        System.getProperty("os.name").equals("Linux"), "only Linux has several loopback addresses");
    int port = freePort();
    List<String> members = List.of("localhost:" + port);
    try (Cluster first = Cluster.join(new Node("127.0.0.1", port, members));
        Cluster second = Cluster.join(new Node("127.0.0.2", freePort(), members))) {
      assertEquals(
          new HashSet<>(List.of(first.node(), second.node())), new HashSet<>(second.nodes()));
    }
  }
}
