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
 * Classifies photos: decoding on as many threads as there are cores, then {@linkplain Batcher the
 * network}.
 *
 * <p>At most a set number of photos are here at a time, waiting or in work; one more is refused at
 * once. Accounts take turns. A photo that nobody waits for any more when its turn comes, because
 * its deadline has passed or it was {@linkplain #forget forgotten}, costs nothing. Thread-safe.
 */
final class PhotoPipeline implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PhotoPipeline.class);

  private static final int COPY_SIDE = 512;
  private static final int THUMBNAIL_SIDE = 160;

  /** The reason of a refusal that is nobody's intention. */
  private static final String DEFECT = "defect";

  private static final Duration PATIENCE = Duration.ofSeconds(5);

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
   * @param capacity photos here at a time
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
    this.waitTime = timer("marque.inference.wait", "A photo's wait for its turn");
    this.decodeTime = timer("marque.inference.decode", "Decoding and scaling of a photo");
    // From the start, since a counter that appears with its first event hides that event from
    // rates.
    for (Refusal refusal : Refusal.values()) {
      refused(refusal.tag());
    }
    refused(DEFECT);
    Gauge.builder("marque.inference.queue", queue, FairQueue::held)
        .description("Photos waiting or in work on this node")
        .register(metrics);
    this.network = new Batcher(recognizer, clock, queue::held, metrics);
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
   * @return fails with {@link RefusedException} where the photo is not read or there is no room
   */
  Future<Inference> classify(ClassifyRequest request) {
    if (stopping) {
      return refuse(Refusal.STOPPING);
    }
    UUID account = request.account();
    queue.displaced(account).ifPresent(other -> other.refuse(Refusal.BUSY));
    PhotoJob job = new PhotoJob(request, Promise.promise(), System.nanoTime());
    jobs.put(request.call(), job);
    if (!queue.enter(account, job)) {
      jobs.remove(request.call());
      return refuse(Refusal.BUSY);
    }
    return job.answer()
        .future()
        .onComplete(
            ignored -> {
              jobs.remove(request.call());
              queue.leave(account);
            })
        .onFailure(this::count);
  }

  /** Drops a photo that nobody waits for any more; none of that name is no error. */
  void forget(UUID call) {
    PhotoJob job = jobs.get(call);
    if (job != null) {
      queue.withdraw(job.request().account(), job);
      job.refuse(Refusal.CLIENT_GONE);
    }
  }

  /** Photos that could come now without being refused. */
  int free() {
    return stopping ? 0 : queue.free();
  }

  /** How many photos the account has here that has most. */
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
        network.awaitRoom();
        PhotoJob job = queue.take();
        network.begin();
        if (!decode(job)) {
          network.giveUp();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the photo went on to the network. */
  private boolean decode(PhotoJob job) {
    long begin = System.nanoTime();
    waitTime.record(begin - job.arrival(), TimeUnit.NANOSECONDS);
    boolean handedOver = false;
    try {
      job.refuseIfLate(clock.getAsLong());
      if (job.isOver()) {
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
      job.defect(LOG).log("no memory to decode a photo");
      job.refuse(Refusal.BUSY);
    } catch (RuntimeException | Error e) {
      job.defect(LOG).setCause(e).log("decoding failed");
      job.answer().tryFail(e);
    }
    return handedOver;
  }

  /** Makes the copies to keep while the network is at work, and answers when both are done. */
  private static void answer(
      PhotoJob job, Photo photo, long nanos, Future<Batcher.Recognized> recognized) {
    Pixels copy = Resampling.fit(photo.pixels(), COPY_SIDE);
    Buffer copyFile = Buffer.buffer(JpegWriter.write(copy));
    Pixels thumbnail = Resampling.fit(copy, THUMBNAIL_SIDE);
    Buffer thumbnailFile = Buffer.buffer(JpegWriter.write(thumbnail));
    recognized
        .map(
            told ->
                new Inference(
                    told.recognition(),
                    photo.width(),
                    photo.height(),
                    copyFile,
                    thumbnailFile,
                    (nanos + told.networkNanos()) / 1e6))
        .onSuccess(job.answer()::tryComplete)
        .onFailure(job.answer()::tryFail);
  }

  /**
   * Takes nothing new, finishes what is here, five seconds at most, stops its threads and closes
   * the recognizer.
   */
  @Override
  public void close() {
    stopping = true;
    long end = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (queue.held() > 0 && System.nanoTime() < end) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
      if (queue.held() > 0) {
        LOG.warn("{} photos were still in work at the end", queue.held());
      }
      threads.forEach(Thread::interrupt);
      for (Thread thread : threads) {
        thread.join(PATIENCE.toMillis());
      }
      boolean idle = network.close(PATIENCE);
      if (!idle || threads.stream().anyMatch(Thread::isAlive)) {
        LOG.warn("the network or a decoder was still at work at the end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
