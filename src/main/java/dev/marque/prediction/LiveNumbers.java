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
 * What this process does now, for people: rates and latencies of the last minute, what is held and
 * in use, and what was counted since the start. All of it comes from the meters that {@code
 * /metrics} has, looked at every other second. Safe on every thread.
 */
public final class LiveNumbers {

  private static final Duration EVERY = Duration.ofSeconds(2);
  private static final int LOOKS = 30;

  private final Vertx vertx;
  private final MeterRegistry metrics;
  private final Supplier<List<KnownNode>> nodes;
  private final Deque<Look> looks = new ArrayDeque<>();
  private long timer = -1;

  /**
   * @param nodes the inference nodes that this process knows
   */
  public LiveNumbers(Vertx vertx, MeterRegistry metrics, Supplier<List<KnownNode>> nodes) {
    this.vertx = vertx;
    this.metrics = metrics;
    this.nodes = nodes;
  }

  /** The meters that only grow, at one moment. */
  private record Look(long nanos, double photos, double batches, double batched, Buckets answers) {}

  /** How many answers took at most how long. */
  private record Buckets(double[] seconds, double[] counts) {

    /** Those since another look. */
    Buckets since(Buckets before) {
      double[] more = counts.clone();
      for (int i = 0; i < more.length && i < before.counts.length; i++) {
        more[i] -= before.counts[i];
      }
      return new Buckets(seconds, more);
    }

    /** By straight lines within a bucket, in milliseconds; null where there was no answer. */
    @Nullable Double millis(double share) {
      double all = counts.length == 0 ? 0 : counts[counts.length - 1];
      if (all <= 0) {
        return null;
      }
      double below = 0;
      double from = 0;
      for (int i = 0; i < counts.length; i++) {
        if (counts[i] >= share * all) {
          double in = counts[i] - below;
          double part = in == 0 ? 1 : (share * all - below) / in;
          return 1000 * (from + part * (seconds[i] - from));
        }
        below = counts[i];
        from = seconds[i];
      }
      return 1000 * from;
    }
  }

  /**
   * What there is to see.
   *
   * @param photosPerSecond stored by this process, over the last minute
   * @param queue photos waiting or in work here; null where this process runs no network
   * @param batch photos a pass of the network, over the last minute; null if there was none
   * @param latencies of photos from their arrival to their answer, in milliseconds, by {@code p50},
   *     {@code p95} and {@code p99}; null if there was none
   * @param verdicts since the start, by their codes
   * @param refusals since the start, by their reasons, those that happened only
   * @param heapBytes in use
   * @param heapMost that may be in use
   * @param threads of the JVM
   * @param connections to the database that are in use
   * @param waiting for one of them
   */
  public record Numbers(
      double photosPerSecond,
      @Nullable Double queue,
      @Nullable Double batch,
      Map<String, @Nullable Double> latencies,
      Map<String, Double> verdicts,
      Map<String, Double> refusals,
      long heapBytes,
      long heapMost,
      double threads,
      double connections,
      double waiting,
      List<KnownNode> nodes) {}

  /** Begins to look. */
  public void start() {
    look();
    timer = vertx.setPeriodic(EVERY.toMillis(), again -> look());
  }

  /** Stops looking. */
  public void close() {
    vertx.cancelTimer(timer);
  }

  private synchronized void look() {
    looks.addLast(now());
    if (looks.size() > LOOKS) {
      looks.removeFirst();
    }
  }

  private synchronized Look oldest() {
    return looks.isEmpty() ? now() : looks.getFirst();
  }

  private Look now() {
    Collection<DistributionSummary> batches = metrics.find("marque.inference.batch").summaries();
    Collection<Timer> answers = metrics.find(PhotoIntake.DURATION).timers();
    return new Look(
        System.nanoTime(),
        sum(answers, Timer::count),
        sum(batches, DistributionSummary::count),
        sum(batches, DistributionSummary::totalAmount),
        buckets(answers));
  }

  private static Buckets buckets(Collection<Timer> timers) {
    double[] seconds = new double[0];
    double[] counts = new double[0];
    for (Timer timer : timers) {
      CountAtBucket[] some = timer.takeSnapshot().histogramCounts();
      if (counts.length == 0) {
        seconds = new double[some.length];
        counts = new double[some.length];
      }
      for (int i = 0; i < some.length; i++) {
        seconds[i] = some[i].bucket(TimeUnit.SECONDS);
        counts[i] += some[i].count();
      }
    }
    return new Buckets(seconds, counts);
  }

  /** What there is to see now. */
  public Numbers numbers() {
    Look before = oldest();
    Look now = now();
    double seconds = Math.max(1e-9, (now.nanos - before.nanos) / 1e9);
    double batches = now.batches - before.batches;
    Buckets answers = now.answers.since(before.answers);
    Map<String, @Nullable Double> latencies = new LinkedHashMap<>();
    latencies.put("p50", answers.millis(0.5));
    latencies.put("p95", answers.millis(0.95));
    latencies.put("p99", answers.millis(0.99));
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
