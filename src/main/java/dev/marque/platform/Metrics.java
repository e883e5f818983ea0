package dev.marque.platform;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmCompilationMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;

/** The metrics of this process for Prometheus: Marque's own and those of the JVM and Vert.x. */
public final class Metrics implements AutoCloseable {

  /** Histogram buckets for durations: from a cached page to a request in a long queue. */
  private static final double[] BUCKETS_NANOS =
      Stream.of(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000)
          .mapToDouble(millis -> Duration.ofMillis(millis).toNanos())
          .toArray();

  /** Other methods share one tag value: each would permanently create another time series. */
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT");

  /** Followed by the id of an inference node, which changes with every start. */
  private static final String CLASSIFY_ADDRESS = "inference.classify";

  private final PrometheusMeterRegistry registry;
  private final JvmGcMetrics collections;

  public Metrics() {
    registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    registry
        .config()
        .meterFilter(new Histograms())
        .meterFilter(
            MeterFilter.replaceTagValues(
                "method", method -> METHODS.contains(method) ? method : "other"))
        .meterFilter(
            MeterFilter.replaceTagValues(
                "address",
                address ->
                    address.startsWith(CLASSIFY_ADDRESS + ".") ? CLASSIFY_ADDRESS : address));
    collections = new JvmGcMetrics();
    collections.bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new JvmCompilationMetrics().bindTo(registry);
    new JvmInfoMetrics().bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  /** Returns the registry in which all features register their meters. */
  public MeterRegistry registry() {
    return registry;
  }

  /** Returns all metrics in the Prometheus text format. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }

  /** Publishes durations as histograms, which can be aggregated across processes. */
  private static final class Histograms implements MeterFilter {

    @Override
    public DistributionStatisticConfig configure(
        Meter.Id id, DistributionStatisticConfig configuration) {
      boolean ours = id.getName().startsWith("marque.") || id.getName().startsWith("vertx.http.");
      if (id.getType() != Meter.Type.TIMER || !ours) {
        return configuration;
      }
      return DistributionStatisticConfig.builder()
          .serviceLevelObjectives(BUCKETS_NANOS)
          .build()
          .merge(configuration);
    }
  }
}
