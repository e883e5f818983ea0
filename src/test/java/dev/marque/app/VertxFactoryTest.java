package dev.marque.app;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.platform.Metrics;
import dev.marque.platform.SettingsFile;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class VertxFactoryTest {

  /** Vert.x falls back silently, for example if its version of Netty and the library's differ. */
  @Test
  @EnabledOnOs(
      value = OS.LINUX,
      architectures = {"amd64", "aarch64"})
  void sockets_use_epoll_on_linux(@TempDir Path folder) throws Exception {
    Vertx vertx =
        VertxFactory.create(SettingsFile.load(Map.of(), folder), new Metrics(), Optional.empty());
    try {
      assertTrue(vertx.isNativeTransportEnabled(), "native transport");
    } finally {
      VertxFactory.close(vertx);
    }
  }
}
