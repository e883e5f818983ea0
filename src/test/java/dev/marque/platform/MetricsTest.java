package dev.marque.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MetricsTest {

  @Test
  void all_inference_nodes_share_one_address_tag() {
    try (Metrics metrics = new Metrics()) {
      MicrometerMetricsOptions options =
          new MicrometerMetricsOptions().setEnabled(true).setLabels(EnumSet.of(Label.EB_ADDRESS));
      Vertx vertx =
          Vertx.builder()
              .with(new VertxOptions().setMetricsOptions(options))
              .withMetrics(new MicrometerMetricsFactory(metrics.registry()))
              .build();
      for (String node : List.of("a", "b", "c")) {
        String address = "inference.classify." + node;
        vertx.eventBus().consumer(address, message -> message.reply("")).completion().await();
        vertx.eventBus().request(address, "").await();
      }
      assertEquals(
          List.of("vertx_eventbus_handlers{address=\"inference.classify\"} 3.0"),
          lines(metrics, "vertx_eventbus_handlers{").toList());
      assertEquals(
          List.of("vertx_eventbus_sent_total{address=\"inference.classify\"} 3.0"),
          lines(metrics, "vertx_eventbus_sent_total{").toList());
      vertx.close().await();
    }
  }

  private static Stream<String> lines(Metrics metrics, String prefix) {
    return metrics.scrape().lines().filter(line -> line.startsWith(prefix));
  }
}
