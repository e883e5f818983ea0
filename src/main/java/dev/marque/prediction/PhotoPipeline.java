package dev.marque.prediction;

import dev.marque.vision.PhotoViewer;
import dev.marque.vision.Prepared;
import dev.marque.vision.Recognizer;
import dev.marque.vision.photo.JpegWriter;
import dev.marque.vision.photo.Photo;
import dev.marque.vision.photo.PhotoException;
import dev.marque.vision.photo.PhotoLimits;
import dev.marque.vision.photo.PhotoReader;
import dev.marque.vision.photo.Pixels;
import dev.marque.vision.photo.Resampling;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Classifies photos: decodes them on as many threads as there are cores, then runs {@linkplain
 * Batcher the network}.
 *
 * <p>The number of photos on the node, queued and in progress, is limited; further photos are
 * refused immediately. Accounts take turns. A queued photo whose deadline has passed or that was
 * {@linkplain #cancel cancelled} is dropped without being decoded. Thread-safe.
 */
final class PhotoPipeline implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PhotoPipeline.class);

  private static final int COPY_SIDE = 512;
  private static final int THUMBNAIL_SIDE = 160;

  /** The metric's reason for unexpected errors. */
  static final String DEFECT = "defect";

  /** How long {@link #close} waits for photos in progress. */
  static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(5);

  /** How long {@link #close} waits for all interrupted decoders, and then for all passes. */
  private static final Duration JOIN_TIMEOUT = Duration.ofSeconds(1);

  private final Recognizer recognizer;
  private final PhotoLimits limits;
  private final LongSupplier clock;
  private final MeterRegistry metrics;
  private final Timer waitTime;
  private final Timer decodeTime;

  private final FairQueue<PhotoJob> queue;
  private final Map<UUID, PhotoJob> jobs = new ConcurrentHashMap<>();
  private final Batcher network;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopping;

  /**
   * @param capacity maximum number of photos on this node
   * @param clock epoch milliseconds
   */
  PhotoPipeline(
      Recognizer recognizer,
      PhotoLimits limits,
      int capacity,
      LongSupplier clock,
      MeterRegistry metrics) {
    this.recognizer = recognizer;
    this.limits = limits;
    this.queue = new FairQueue<>(capacity);
    this.clock = clock;
    this.metrics = metrics;
    this.waitTime = timer("marque.inference.wait", "Time that a photo waits in the queue");
    this.decodeTime = timer("marque.inference.decode", "Decoding and scaling a photo");
    // Registered up front: a counter that appears with its first event hides it from rate().
    for (Refusal refusal : Refusal.values()) {
      refused(refusal.tag());
    }
    refused(DEFECT);
    Gauge.builder("marque.inference.queue", queue, FairQueue::used)
        .description("Photos on this node, queued and in progress")
        .register(metrics);
    this.network = new Batcher(recognizer, clock, queue::used, metrics);
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      Thread thread = new Thread(this::runDecoder, "photo-decoder-" + i);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  private Timer timer(String name, String description) {
    return Timer.builder(name)
        .description(description)
        .publishPercentileHistogram()
        .register(metrics);
  }

  /**
   * Classifies a photo.
   *
   * @return fails with {@link RefusedException} if the photo cannot be read or the node is full
   */
  Future<Inference> classify(ClassifyRequest request) {
    if (stopping) {
      return refuse(Refusal.STOPPING);
    }
    UUID account = request.account();
    queue.displace(account).ifPresent(other -> other.refuse(Refusal.BUSY));
    PhotoJob job = new PhotoJob(request, Promise.promise(), System.nanoTime());
    jobs.put(request.call(), job);
    if (!queue.offer(account, job)) {
      jobs.remove(request.call());
      return refuse(Refusal.BUSY);
    }
    return job.answer()
        .future()
        .onComplete(
            ignored -> {
              jobs.remove(request.call());
              queue.release(account);
            })
        .onFailure(this::count);
  }

  /** Cancels a request; does nothing if it is unknown or already completed. */
  void cancel(UUID call) {
    PhotoJob job = jobs.get(call);
    if (job != null) {
      queue.remove(job.request().account(), job);
      job.refuse(Refusal.CLIENT_GONE);
    }
  }

  /** Returns the number of photos that would currently be accepted. */
  int free() {
    return stopping ? 0 : queue.free();
  }

  /** Returns the number of photos of the account with the most on this node. */
  int largestShare() {
    return queue.largestShare();
  }

  private Future<Inference> refuse(Refusal refusal) {
    RefusedException refused = new RefusedException(refusal);
    count(refused);
    return Future.failedFuture(refused);
  }

  private void count(Throwable failure) {
    String reason = failure instanceof RefusedException refused ? refused.refusal().tag() : DEFECT;
    refused(reason).increment();
  }

  private Counter refused(String reason) {
    return metrics.counter("marque.inference.refused", "reason", reason);
  }

  private void runDecoder() {
    try {
      while (true) {
        network.awaitCapacity();
        PhotoJob job = queue.take();
        network.startDecoding();
        if (!decode(job)) {
          network.cancelDecoding();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns whether the photo was passed on to the network. */
  private boolean decode(PhotoJob job) {
    long begin = System.nanoTime();
    waitTime.record(begin - job.arrival(), TimeUnit.NANOSECONDS);
    boolean handedOver = false;
    try {
      job.refuseIfExpired(clock.getAsLong());
      if (job.isDone()) {
        return false;
      }
      Photo photo =
          PhotoReader.read(job.request().photo().getBytes(), limits, PhotoViewer.DECODED_SIDE);
      Prepared prepared = recognizer.prepare(photo.pixels());
      long nanos = System.nanoTime() - begin;
      decodeTime.record(nanos, TimeUnit.NANOSECONDS);
      Future<Batcher.Recognized> recognized = network.add(job, prepared);
      handedOver = true;
      answer(job, photo, nanos, recognized);
    } catch (PhotoException e) {
      job.refuse(Refusal.of(e.reason()));
    } catch (OutOfMemoryError e) {
      job.errorEvent(LOG).log("Out of memory while decoding a photo");
      job.refuse(Refusal.BUSY);
    } catch (RuntimeException | Error e) {
      job.errorEvent(LOG).setCause(e).log("Decoding failed");
      job.answer().tryFail(e);
    }
    return handedOver;
  }

  /** Encodes copy and thumbnail while the network runs, and completes the job after both. */
  private static void answer(
      PhotoJob job, Photo photo, long nanos, Future<Batcher.Recognized> recognized) {
    Pixels copy = Resampling.fit(photo.pixels(), COPY_SIDE);
    Buffer copyFile = Buffer.buffer(JpegWriter.write(copy));
    Pixels thumbnail = Resampling.fit(copy, THUMBNAIL_SIDE);
    Buffer thumbnailFile = Buffer.buffer(JpegWriter.write(thumbnail));
    recognized
        .map(
            output ->
                new Inference(
                    output.recognition(),
                    photo.width(),
                    photo.height(),
                    copyFile,
                    thumbnailFile,
                    (nanos + output.networkNanos()) / 1e6))
        .onSuccess(job.answer()::tryComplete)
        .onFailure(job.answer()::tryFail);
  }

  /**
   * Refuses new photos, waits up to five seconds for those in progress, then up to one second each
   * for the decoders and for the network to stop. Closes the recognizer unless a pass is still
   * running.
   */
  @Override
  public void close() {
    stopping = true;
    long end = System.nanoTime() + SHUTDOWN_TIMEOUT.toNanos();
    try {
      while (queue.used() > 0 && System.nanoTime() < end) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      if (queue.used() > 0) {
        LOG.warn("{} photos were still in progress at shutdown", queue.used());
      }
      threads.forEach(Thread::interrupt);
      Batcher.join(threads, JOIN_TIMEOUT);
      boolean idle = network.close(JOIN_TIMEOUT);
      if (!idle || threads.stream().anyMatch(Thread::isAlive)) {
        LOG.warn("The network or a decoder was still running at shutdown");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
