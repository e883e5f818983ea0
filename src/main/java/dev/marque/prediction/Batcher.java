package dev.marque.prediction;

import dev.marque.vision.Prepared;
import dev.marque.vision.Recognition;
import dev.marque.vision.Recognizer;
import dev.marque.vision.photo.JpegWriter;
import dev.marque.vision.photo.Photo;
import dev.marque.vision.photo.PhotoException;
import dev.marque.vision.photo.PhotoLimits;
import dev.marque.vision.photo.PhotoReader;
import dev.marque.vision.photo.Pixels;
import dev.marque.vision.photo.Resampling;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Classifies photos: decoding on as many threads as there are cores, the network on one thread that
 * takes whatever is decoded by then, up to {@link #LARGEST_BATCH} photos a pass, and never waits
 * for more.
 *
 * <p>At most a set number of photos are here at a time, waiting or in work; one more is refused at
 * once. A photo whose deadline has passed when its turn comes costs nothing. Thread-safe.
 */
final class Batcher implements AutoCloseable {

  static final int LARGEST_BATCH = 8;

  private static final Logger LOG = LoggerFactory.getLogger(Batcher.class);

  /** Twice what the network takes in, so that scaling down still averages. */
  private static final int DECODED_SIDE = 400;

  private static final int COPY_SIDE = 512;
  private static final int THUMBNAIL_SIDE = 160;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Recognizer recognizer;
  private final PhotoLimits limits;
  private final int capacity;
  private final LongSupplier clock;
  private final MeterRegistry metrics;
  private final Timer decodeTime;
  private final Timer networkTime;
  private final DistributionSummary batchSizes;

  private final AtomicInteger inside = new AtomicInteger();
  private final BlockingQueue<Decoded> decoded = new LinkedBlockingQueue<>();
  private final ExecutorService decoders;
  private final Thread network;
  private volatile boolean stopping;

  /** A photo ready for the network, and where the network's answer goes. */
  private record Decoded(
      ClassifyRequest request, Prepared prepared, Promise<Recognized> recognized) {}

  private record Recognized(Recognition recognition, long networkNanos) {}

  /**
   * @param capacity photos here at a time
   * @param clock epoch milliseconds
   */
  Batcher(
      Recognizer recognizer,
      PhotoLimits limits,
      int capacity,
      LongSupplier clock,
      MeterRegistry metrics) {
    this.recognizer = recognizer;
    this.limits = limits;
    this.capacity = capacity;
    this.clock = clock;
    this.metrics = metrics;
    this.decodeTime = timer("marque.inference.decode", "Decoding, scaling and copying of a photo");
    this.networkTime = timer("marque.inference.network", "One forward pass of a batch");
    this.batchSizes =
        DistributionSummary.builder("marque.inference.batch")
            .description("Photos in a forward pass")
            .register(metrics);
    Gauge.builder("marque.inference.queue", inside, AtomicInteger::get)
        .description("Photos waiting or in work on this node")
        .register(metrics);
    AtomicInteger number = new AtomicInteger();
    this.decoders =
        Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            task -> daemon(task, "photo-decoder-" + number.getAndIncrement()));
    this.network = daemon(this::runNetwork, "network");
    network.start();
  }

  private Timer timer(String name, String description) {
    return Timer.builder(name)
        .description(description)
        .publishPercentileHistogram()
        .register(metrics);
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Classifies a photo.
   *
   * @return fails with {@link RefusedException} where the photo is not read or there is no room
   */
  Future<Inference> classify(ClassifyRequest request) {
    if (stopping) {
      return refuse(Refusal.STOPPING);
    }
    if (inside.incrementAndGet() > capacity) {
      inside.decrementAndGet();
      return refuse(Refusal.BUSY);
    }
    Promise<Inference> answer = Promise.promise();
    Future<Inference> future =
        answer.future().onComplete(ignored -> inside.decrementAndGet()).onFailure(this::count);
    try {
      decoders.execute(() -> decode(request, answer));
    } catch (java.util.concurrent.RejectedExecutionException e) {
      answer.fail(new RefusedException(Refusal.STOPPING));
    }
    return future;
  }

  private Future<Inference> refuse(Refusal refusal) {
    RefusedException refused = new RefusedException(refusal);
    count(refused);
    return Future.failedFuture(refused);
  }

  private void count(Throwable failure) {
    String reason =
        failure instanceof RefusedException refused ? refused.refusal().tag() : "defect";
    metrics.counter("marque.inference.refused", "reason", reason).increment();
  }

  private void decode(ClassifyRequest request, Promise<Inference> answer) {
    long begin = System.nanoTime();
    try {
      if (clock.getAsLong() > request.deadline()) {
        throw new RefusedException(Refusal.TOO_LATE);
      }
      Photo photo = PhotoReader.read(request.photo().getBytes(), limits, DECODED_SIDE);
      Prepared prepared = recognizer.prepare(photo.pixels());
      long nanos = System.nanoTime() - begin;
      decodeTime.record(nanos, TimeUnit.NANOSECONDS);
      Promise<Recognized> recognized = Promise.promise();
      decoded.add(new Decoded(request, prepared, recognized));
      // The copies are made while the network is at work.
      Pixels copy = Resampling.fit(photo.pixels(), COPY_SIDE);
      Buffer copyFile = Buffer.buffer(JpegWriter.write(copy));
      Pixels thumbnail = Resampling.fit(copy, THUMBNAIL_SIDE);
      Buffer thumbnailFile = Buffer.buffer(JpegWriter.write(thumbnail));
      recognized
          .future()
          .map(
              network ->
                  new Inference(
                      network.recognition(),
                      photo.width(),
                      photo.height(),
                      copyFile,
                      thumbnailFile,
                      (nanos + network.networkNanos()) / 1e6))
          .onComplete(answer);
    } catch (PhotoException e) {
      answer.fail(new RefusedException(Refusal.of(e.reason())));
    } catch (RefusedException e) {
      answer.fail(e);
    } catch (OutOfMemoryError e) {
      LOG.error("no memory to decode a photo; request {}", request.requestId());
      answer.tryFail(new RefusedException(Refusal.BUSY));
    } catch (RuntimeException | Error e) {
      LOG.error("decoding failed; request {}", request.requestId(), e);
      answer.tryFail(e);
    }
  }

  private void runNetwork() {
    List<Decoded> batch = new ArrayList<>(LARGEST_BATCH);
    while (true) {
      try {
        batch.add(decoded.take());
      } catch (InterruptedException e) {
        return;
      }
      decoded.drainTo(batch, LARGEST_BATCH - 1);
      recognize(batch);
      batch.clear();
    }
  }

  private void recognize(List<Decoded> batch) {
    long now = clock.getAsLong();
    List<Decoded> awaited = new ArrayList<>(batch.size());
    for (Decoded one : batch) {
      if (now > one.request().deadline()) {
        one.recognized().fail(new RefusedException(Refusal.TOO_LATE));
      } else {
        awaited.add(one);
      }
    }
    if (awaited.isEmpty()) {
      return;
    }
    long begin = System.nanoTime();
    try {
      List<Recognition> recognitions =
          recognizer.recognize(awaited.stream().map(Decoded::prepared).toList());
      long nanos = System.nanoTime() - begin;
      networkTime.record(nanos, TimeUnit.NANOSECONDS);
      batchSizes.record(awaited.size());
      for (int i = 0; i < awaited.size(); i++) {
        awaited.get(i).recognized().complete(new Recognized(recognitions.get(i), nanos));
      }
    } catch (RuntimeException | Error e) {
      // Whatever it was, the next batch must find this thread alive.
      LOG.error("the network failed on a batch of {}", awaited.size(), e);
      awaited.forEach(one -> one.recognized().tryFail(e));
    }
  }

  /**
   * Takes nothing new, finishes what is here, ten seconds at most, stops its threads and closes the
   * recognizer; not under a pass that still runs, which would end the process.
   */
  @Override
  public void close() {
    stopping = true;
    long end = System.nanoTime() + PATIENCE.toNanos();
    decoders.shutdown();
    try {
      if (!decoders.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("{} photos were still being decoded at the end", inside.get());
      }
      while (inside.get() > 0 && System.nanoTime() < end) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      network.interrupt();
      network.join(PATIENCE.toMillis());
      if (network.isAlive()) {
        LOG.warn("the network was still at work at the end");
      } else {
        recognizer.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
