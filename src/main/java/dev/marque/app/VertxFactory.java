package dev.marque.app;

import dev.marque.platform.Cluster;
import dev.marque.platform.Metrics;
import dev.marque.platform.Settings;
import dev.marque.platform.StartFailure;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Creates the Vert.x instance: its event loops, metrics and event bus. */
final class VertxFactory {

  /** One per core, but at least two, so that one stays free while another is busy. */
  static final int EVENT_LOOPS = Math.max(2, Runtime.getRuntime().availableProcessors());

  /** This step's share of the ten seconds of a shutdown. */
  private static final int CLOSE_TIMEOUT_SECONDS = 2;

  private VertxFactory() {}

  /**
   * Creates an instance.
   *
   * @param cluster the cluster whose event bus it joins; empty keeps the event bus within this
   *     process
   * @throws StartFailure if the event bus cannot listen on the configured address
   */
  static Vertx create(Settings settings, Metrics metrics, Optional<Cluster> cluster) {
    VertxOptions options =
        new VertxOptions()
            .setEventLoopPoolSize(EVENT_LOOPS)
            // Linux's epoll, which needs less time per request; elsewhere Vert.x uses Java's.
            .setPreferNativeTransport(true)
            .setMetricsOptions(metricsOptions())
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false));
    cluster.ifPresent(joined -> options.setEventBusOptions(joined.eventBus()));
    VertxBuilder builder =
        Vertx.builder().with(options).withMetrics(new MicrometerMetricsFactory(metrics.registry()));
    return cluster
        .map(joined -> clustered(builder, joined, settings.cluster()))
        .orElseGet(builder::build);
  }

  /**
   * Closes the instance. Blocks, but does not wait for a database statement that never ends.
   *
   * @throws TimeoutException if something did not close in time
   */
  static void close(Vertx vertx) throws InterruptedException, ExecutionException, TimeoutException {
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .get(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  private static MicrometerMetricsOptions metricsOptions() {
    return new MicrometerMetricsOptions()
        .setEnabled(true)
        .setLabels(
            EnumSet.of(
                Label.LOCAL,
                Label.HTTP_METHOD,
                Label.HTTP_CODE,
                Label.HTTP_ROUTE,
                Label.EB_ADDRESS,
                Label.POOL_TYPE,
                Label.POOL_NAME))
        .addDisabledMetricsCategory(MetricsDomain.NET_SERVER)
        .addDisabledMetricsCategory(MetricsDomain.NET_CLIENT);
  }

  private static Vertx clustered(
      VertxBuilder builder, Cluster cluster, Settings.ClusterSettings settings) {
    try {
      return builder.withClusterManager(cluster.manager()).buildClustered().await();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new StartFailure(
          "The event bus cannot listen on port "
              + settings.eventBusPort()
              + " of "
              + settings.host()
              + " ("
              + e.getMessage()
              + "); correct marque.cluster.event-bus-port or marque.cluster.host",
          e);
    }
  }
}
