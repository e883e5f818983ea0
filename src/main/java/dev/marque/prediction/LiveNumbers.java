package dev.marque.prediction;

import dev.marque.vision.Verdict;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Live statistics of this process for administrators: rates and latencies of the last minute,
 * current usage, and counts since the start. They are derived from the meters behind {@code
 * /metrics}, sampled every two seconds. Thread-safe.
 */
public final class LiveNumbers {

  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final int MAX_SAMPLES = 30;

  private final Vertx vertx;
  private final MeterRegistry metrics;
  private final Supplier<List<KnownNode>> nodes;
  private final Deque<Sample> samples = new ArrayDeque<>();
  private long timer = -1;

  /**
   * @param nodes supplies the inference nodes known to this process
   */
  public LiveNumbers(Vertx vertx, MeterRegistry metrics, Supplier<List<KnownNode>> nodes) {
    this.vertx = vertx;
    this.metrics = metrics;
    this.nodes = nodes;
  }

  /** The values of the cumulative meters at one point in time. */
  private record Sample(
      long nanos, double photos, double batches, double batched, Buckets durations) {}

  /** A cumulative histogram: {@code counts[i]} photos took at most {@code seconds[i]}. */
  private record Buckets(double[] seconds, double[] counts) {

    /** Returns the difference to an earlier histogram. */
    Buckets since(Buckets before) {
      double[] difference = counts.clone();
      for (int i = 0; i < difference.length && i < before.counts.length; i++) {
        difference[i] -= before.counts[i];
      }
      return new Buckets(seconds, difference);
    }

    /**
     * Returns a quantile in milliseconds, interpolated linearly within its bucket; {@code null} if
     * the histogram is empty.
     */
    @Nullable Double millis(double quantile) {
      double total = counts.length == 0 ? 0 : counts[counts.length - 1];
      if (total <= 0) {
        return null;
      }
      double below = 0;
      double from = 0;
      for (int i = 0; i < counts.length; i++) {
        if (counts[i] >= quantile * total) {
          double inBucket = counts[i] - below;
          double fraction = inBucket == 0 ? 1 : (quantile * total - below) / inBucket;
          return 1000 * (from + fraction * (seconds[i] - from));
        }
        below = counts[i];
        from = seconds[i];
      }
      return 1000 * from;
    }
  }

  /**
   * The current statistics.
   *
   * @param photosPerSecond photos stored by this process per second, over the last minute
   * @param queue photos on this node, queued and in progress; {@code null} if this process runs no
   *     network
   * @param batch mean batch size over the last minute; {@code null} if there was no batch
   * @param latencies milliseconds from arrival to stored prediction over the last minute, by {@code
   *     p50}, {@code p95} and {@code p99}; the values are {@code null} if there was no photo
   * @param verdicts counts since the start, by verdict code
   * @param refusals counts since the start, by reason; only reasons that have occurred
   * @param heapBytes bytes of heap in use
   * @param heapMax maximum size of the heap in bytes
   * @param threads live threads of the JVM
   * @param connections database connections in use
   * @param waiting requests waiting for a database connection
   * @param nodes the known inference nodes
   */
  public record Numbers(
      double photosPerSecond,
      @Nullable Double queue,
      @Nullable Double batch,
      Map<String, @Nullable Double> latencies,
      Map<String, Double> verdicts,
      Map<String, Double> refusals,
      long heapBytes,
      long heapMax,
      double threads,
      double connections,
      double waiting,
      List<KnownNode> nodes) {}

  /** Starts sampling. */
  public void start() {
    sample();
    timer = vertx.setPeriodic(INTERVAL.toMillis(), tick -> sample());
  }

  /** Stops sampling. */
  public void close() {
    vertx.cancelTimer(timer);
  }

  private synchronized void sample() {
    samples.addLast(now());
    if (samples.size() > MAX_SAMPLES) {
      samples.removeFirst();
    }
  }

  private synchronized Sample oldest() {
    return samples.isEmpty() ? now() : samples.getFirst();
  }

  private Sample now() {
    Collection<DistributionSummary> batches = metrics.find("marque.inference.batch").summaries();
    Collection<Timer> durations = metrics.find(PhotoIntake.DURATION).timers();
    return new Sample(
        System.nanoTime(),
        sum(durations, Timer::count),
        sum(batches, DistributionSummary::count),
        sum(batches, DistributionSummary::totalAmount),
        buckets(durations));
  }

  private static Buckets buckets(Collection<Timer> timers) {
    double[] seconds = new double[0];
    double[] counts = new double[0];
    for (Timer timer : timers) {
      CountAtBucket[] buckets = timer.takeSnapshot().histogramCounts();
      if (counts.length == 0) {
        seconds = new double[buckets.length];
        counts = new double[buckets.length];
      }
      for (int i = 0; i < buckets.length; i++) {
        seconds[i] = buckets[i].bucket(TimeUnit.SECONDS);
        counts[i] += buckets[i].count();
      }
    }
    return new Buckets(seconds, counts);
  }

  /** Returns the current statistics. */
  public Numbers numbers() {
    Sample before = oldest();
    Sample now = now();
    double seconds = Math.max(1e-9, (now.nanos - before.nanos) / 1e9);
    double batches = now.batches - before.batches;
    Buckets durations = now.durations.since(before.durations);
    Map<String, @Nullable Double> latencies = new LinkedHashMap<>();
    latencies.put("p50", durations.millis(0.5));
    latencies.put("p95", durations.millis(0.95));
    latencies.put("p99", durations.millis(0.99));
    Collection<Gauge> queue = metrics.find("marque.inference.queue").gauges();
    return new Numbers(
        (now.photos - before.photos) / seconds,
        queue.isEmpty() ? null : sum(queue, Gauge::value),
        batches == 0 ? null : (now.batched - before.batched) / batches,
        latencies,
        verdicts(),
        refusals(),
        (long) sum(metrics.find("jvm.memory.used").tag("area", "heap").gauges(), Gauge::value),
        Runtime.getRuntime().maxMemory(),
        sum(metrics.find("jvm.threads.live").gauges(), Gauge::value),
        sum(database("vertx.pool.in.use"), Gauge::value),
        sum(database("vertx.pool.queue.pending"), Gauge::value),
        nodes.get());
  }

  private Collection<Gauge> database(String name) {
    return metrics.find(name).tag("pool_type", "sql").gauges();
  }

  private Map<String, Double> verdicts() {
    Map<String, Double> verdicts = new LinkedHashMap<>();
    for (Verdict verdict : Verdict.values()) {
      Collection<Timer> timers =
          metrics.find(PhotoIntake.DURATION).tag("verdict", verdict.code()).timers();
      verdicts.put(verdict.code(), sum(timers, Timer::count));
    }
    return verdicts;
  }

  private Map<String, Double> refusals() {
    List<Counter> counters = new ArrayList<>();
    Stream.of("marque.uploads.refused", "marque.inference.refused")
        .forEach(name -> counters.addAll(metrics.find(name).counters()));
    Map<String, Double> refusals = new TreeMap<>();
    for (Counter counter : counters) {
      String reason = String.valueOf(counter.getId().getTag("reason")).replace('_', '-');
      if (counter.count() > 0) {
        refusals.merge(reason, counter.count(), Double::sum);
      }
    }
    return refusals;
  }

  private static <M extends Meter> double sum(Collection<M> meters, ToDoubleFunction<M> value) {
    return meters.stream().mapToDouble(value).filter(Double::isFinite).sum();
  }
}
