package dev.marque.prediction;

import dev.marque.platform.RequestContext;
import dev.marque.vision.Prepared;
import dev.marque.vision.Recognition;
import dev.marque.vision.Recognizer;
import dev.marque.vision.Verdict;
import dev.marque.vision.photo.JpegWriter;
import dev.marque.vision.photo.Photo;
import dev.marque.vision.photo.PhotoException;
import dev.marque.vision.photo.PhotoLimits;
import dev.marque.vision.photo.PhotoReader;
import dev.marque.vision.photo.Pixels;
import dev.marque.vision.photo.Resampling;
import io.micrometer.core.instrument.Counter;
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
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Classifies photos: decoding on as many threads as there are cores, the network on one thread that
 * takes whatever is decoded by then, up to {@link #LARGEST_BATCH} photos a pass, and never waits
 * for more.
 *
 * <p>At most a set number of photos are here at a time, waiting or in work; one more is refused at
 * once. Accounts take turns. A photo that nobody waits for any more when its turn comes, because
 * its deadline has passed or it was {@linkplain #forget forgotten}, costs nothing. Thread-safe.
 */
final class Batcher implements AutoCloseable {

  static final int LARGEST_BATCH = 8;

  private static final Logger LOG = LoggerFactory.getLogger(Batcher.class);

  /**
   * Photos between decoding and network: enough that the next pass can be full, few enough that the
   * others still wait where accounts take turns.
   */
  private static final int DECODED_AHEAD = 2 * LARGEST_BATCH;

  /** Twice what the network takes in, so that scaling down still averages. */
  private static final int DECODED_SIDE = 400;

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
  private final Timer networkTime;
  private final DistributionSummary batchSizes;
  private final DistributionSummary confidence;

  private final FairQueue<Job> queue;
  private final Map<UUID, Job> jobs = new ConcurrentHashMap<>();
  private final Semaphore ahead = new Semaphore(DECODED_AHEAD);
  private final BlockingQueue<Decoded> decoded = new LinkedBlockingQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopping;

  /** One photo here, from its arrival to its answer. */
  private record Job(ClassifyRequest request, Promise<Inference> answer, long arrival) {

    boolean isOver() {
      return answer.future().isComplete();
    }

    void refuse(Refusal refusal) {
      answer.tryFail(new RefusedException(refusal));
    }
  }

  /** A photo ready for the network, and where the network's answer goes. */
  private record Decoded(Job job, Prepared prepared, Promise<Recognized> recognized) {}

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
    this.queue = new FairQueue<>(capacity);
    this.clock = clock;
    this.metrics = metrics;
    this.waitTime = timer("marque.inference.wait", "A photo's wait for its turn");
    this.decodeTime = timer("marque.inference.decode", "Decoding and scaling of a photo");
    this.networkTime = timer("marque.inference.network", "One forward pass of a batch");
    this.batchSizes =
        DistributionSummary.builder("marque.inference.batch")
            .description("Photos in a forward pass")
            .serviceLevelObjectives(1, 2, 3, 4, 5, 6, 7, LARGEST_BATCH)
            .register(metrics);
    this.confidence =
        DistributionSummary.builder("marque.inference.confidence")
            .description("Probability of the first brand, as the network answers")
            .tag("model", recognizer.model().name())
            .serviceLevelObjectives(0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
            .register(metrics);
    // From the start, since a counter that appears with its first event hides that event from
    // rates.
    for (Verdict verdict : Verdict.values()) {
      verdicts(verdict);
    }
    for (Refusal refusal : Refusal.values()) {
      refused(refusal.tag());
    }
    refused(DEFECT);
    Gauge.builder("marque.inference.queue", queue, FairQueue::held)
        .description("Photos waiting or in work on this node")
        .register(metrics);
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      start(this::runDecoder, "photo-decoder-" + i);
    }
    start(this::runNetwork, "network");
  }

  private void start(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
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
    Job job = new Job(request, Promise.promise(), System.nanoTime());
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
    Job job = jobs.get(call);
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

  private Counter verdicts(Verdict verdict) {
    return metrics.counter(
        "marque.inference.verdicts", "model", recognizer.model().name(), "verdict", verdict.code());
  }

  private void count(Recognition recognition) {
    verdicts(recognition.verdict()).increment();
    confidence.record(recognition.brands().get(0).probability());
  }

  private void runDecoder() {
    try {
      while (true) {
        ahead.acquire();
        if (!decode(queue.take())) {
          ahead.release();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the photo went on to the network. */
  private boolean decode(Job job) {
    long begin = System.nanoTime();
    waitTime.record(begin - job.arrival(), TimeUnit.NANOSECONDS);
    boolean handedOver = false;
    try {
      if (clock.getAsLong() > job.request().deadline()) {
        job.refuse(Refusal.TOO_LATE);
      }
      if (job.isOver()) {
        return false;
      }
      Photo photo = PhotoReader.read(job.request().photo().getBytes(), limits, DECODED_SIDE);
      Prepared prepared = recognizer.prepare(photo.pixels());
      long nanos = System.nanoTime() - begin;
      decodeTime.record(nanos, TimeUnit.NANOSECONDS);
      Promise<Recognized> recognized = Promise.promise();
      decoded.add(new Decoded(job, prepared, recognized));
      handedOver = true;
      answer(job, photo, nanos, recognized.future());
    } catch (PhotoException e) {
      job.refuse(Refusal.of(e.reason()));
    } catch (OutOfMemoryError e) {
      event(job).log("no memory to decode a photo");
      job.refuse(Refusal.BUSY);
    } catch (RuntimeException | Error e) {
      event(job).setCause(e).log("decoding failed");
      job.answer().tryFail(e);
    }
    return handedOver;
  }

  /** Makes the copies to keep while the network is at work, and answers when both are done. */
  private static void answer(Job job, Photo photo, long nanos, Future<Recognized> recognized) {
    Pixels copy = Resampling.fit(photo.pixels(), COPY_SIDE);
    Buffer copyFile = Buffer.buffer(JpegWriter.write(copy));
    Pixels thumbnail = Resampling.fit(copy, THUMBNAIL_SIDE);
    Buffer thumbnailFile = Buffer.buffer(JpegWriter.write(thumbnail));
    recognized
        .map(
            network ->
                new Inference(
                    network.recognition(),
                    photo.width(),
                    photo.height(),
                    copyFile,
                    thumbnailFile,
                    (nanos + network.networkNanos()) / 1e6))
        .onSuccess(job.answer()::tryComplete)
        .onFailure(job.answer()::tryFail);
  }

  private void runNetwork() {
    List<Decoded> batch = new ArrayList<>(LARGEST_BATCH);
    try {
      while (true) {
        batch.add(decoded.take());
        decoded.drainTo(batch, LARGEST_BATCH - 1);
        recognize(batch);
        ahead.release(batch.size());
        batch.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void recognize(List<Decoded> batch) {
    long now = clock.getAsLong();
    List<Decoded> awaited = new ArrayList<>(batch.size());
    for (Decoded one : batch) {
      if (now > one.job().request().deadline()) {
        one.job().refuse(Refusal.TOO_LATE);
      }
      if (!one.job().isOver()) {
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
        count(recognitions.get(i));
        awaited.get(i).recognized().complete(new Recognized(recognitions.get(i), nanos));
      }
    } catch (RuntimeException | Error e) {
      // Whatever it was, the next batch must find this thread alive.
      for (Decoded one : awaited) {
        event(one.job()).setCause(e).log("the network failed on a batch of {}", awaited.size());
        one.recognized().tryFail(e);
      }
    }
  }

  private static LoggingEventBuilder event(Job job) {
    return LOG.atError().addKeyValue(RequestContext.LOGGED_AS, job.request().requestId());
  }

  /**
   * Takes nothing new, finishes what is here, five seconds at most, stops its threads and closes
   * the recognizer; not under a pass that still runs, which would end the process.
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
      if (threads.stream().anyMatch(Thread::isAlive)) {
        LOG.warn("the network or a decoder was still at work at the end");
      } else {
        recognizer.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
