package dev.marque.prediction;

import dev.marque.vision.Prepared;
import dev.marque.vision.Recognition;
import dev.marque.vision.Recognizer;
import dev.marque.vision.Verdict;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the network on decoded photos in batches, with a few forward passes in parallel.
 *
 * <p>A photo that is alone on the node is processed immediately and on all cores, for the lowest
 * latency. Under load, each pass gets fewer cores and more photos, up to {@link #MAX_BATCH_SIZE}:
 * larger batches need less processor time per photo, and parallel passes on one core each need less
 * than sequential passes on all cores, which synchronize after every layer. A pass waits for
 * further photos only while they are being decoded.
 */
final class Batcher {

  private static final int MAX_BATCH_SIZE = 8;

  private static final Logger LOG = LoggerFactory.getLogger(Batcher.class);

  private static final CoreShares SHARES = CoreShares.ofThisMachine();

  /** How long a decoded photo waits for others at most; decoding takes a few milliseconds. */
  private static final Duration MAX_WAIT = Duration.ofMillis(30);

  private final Recognizer recognizer;
  private final LongSupplier clock;
  private final IntSupplier photosOnNode;
  private final MeterRegistry metrics;
  private final Timer networkTime;
  private final DistributionSummary batchSizes;
  private final DistributionSummary confidence;
  private final Semaphore permits = new Semaphore(SHARES.maxInProgress(MAX_BATCH_SIZE));
  private final List<Thread> threads = new ArrayList<>();

  // Guarded by this.
  private final Deque<Decoded> decoded = new ArrayDeque<>();
  private int decoding;

  /** A photo ready for the network, with the promise of the network's output. */
  private record Decoded(PhotoJob job, Prepared prepared, Promise<Recognized> recognized) {}

  /** The network's output for a photo, and the time of all forward passes on its batch. */
  record Recognized(Recognition recognition, long networkNanos) {}

  /**
   * @param recognizer closed by {@link #close}
   * @param clock epoch milliseconds
   * @param photosOnNode number of photos on this node, queued and in progress
   */
  Batcher(
      Recognizer recognizer, LongSupplier clock, IntSupplier photosOnNode, MeterRegistry metrics) {
    this.recognizer = recognizer;
    this.clock = clock;
    this.photosOnNode = photosOnNode;
    this.metrics = metrics;
    this.networkTime =
        Timer.builder("marque.inference.network")
            .description("All forward passes on a batch of photos")
            .publishPercentileHistogram()
            .register(metrics);
    this.batchSizes =
        DistributionSummary.builder("marque.inference.batch")
            .description("Photos in a batch")
            .serviceLevelObjectives(1, 2, 3, 4, 5, 6, 7, MAX_BATCH_SIZE)
            .register(metrics);
    this.confidence =
        DistributionSummary.builder("marque.inference.confidence")
            .description("Probability of the most likely brand")
            .tag("model", recognizer.model().name())
            .serviceLevelObjectives(0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
            .register(metrics);
    // Registered up front: a counter that appears with its first event hides it from rate().
    for (Verdict verdict : Verdict.values()) {
      verdicts(verdict);
    }
    for (int i = 0; i < SHARES.passes(); i++) {
      Thread thread = new Thread(this::run, "network-" + i);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  private Counter verdicts(Verdict verdict) {
    return metrics.counter(
        "marque.inference.verdicts", "model", recognizer.model().name(), "verdict", verdict.code());
  }

  /** Waits until another decoded photo can be accepted, and reserves capacity for it. */
  void awaitCapacity() throws InterruptedException {
    permits.acquire();
  }

  /** Reports that a photo with reserved capacity is being decoded. */
  synchronized void startDecoding() {
    decoding++;
  }

  /** Adds a photo whose decoding has finished. */
  synchronized Future<Recognized> add(PhotoJob job, Prepared prepared) {
    Promise<Recognized> recognized = Promise.promise();
    decoded.addLast(new Decoded(job, prepared, recognized));
    decoding--;
    notifyAll();
    return recognized.future();
  }

  /** Releases the capacity reserved for a photo that was not decoded. */
  synchronized void cancelDecoding() {
    decoding--;
    permits.release();
    notifyAll();
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        List<Decoded> batch = take();
        recognize(batch);
        permits.release(batch.size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized List<Decoded> take() throws InterruptedException {
    List<Decoded> batch = new ArrayList<>(MAX_BATCH_SIZE);
    while (batch.isEmpty()) {
      while (decoded.isEmpty()) {
        wait();
      }
      awaitMore();
      // Another thread may have taken them in the meantime.
      while (!decoded.isEmpty() && batch.size() < MAX_BATCH_SIZE) {
        batch.add(decoded.removeFirst());
      }
    }
    return batch;
  }

  private synchronized void awaitMore() throws InterruptedException {
    long end = System.nanoTime() + MAX_WAIT.toNanos();
    long remaining = MAX_WAIT.toNanos();
    while (remaining > 0 && decoding > 0 && decoded.size() < targetBatchSize()) {
      TimeUnit.NANOSECONDS.timedWait(this, remaining);
      remaining = end - System.nanoTime();
    }
  }

  /**
   * Returns the batch size that spreads the photos on this node evenly over the parallel passes.
   */
  private int targetBatchSize() {
    return Math.min(MAX_BATCH_SIZE, photosOnNode.getAsInt() / SHARES.passes());
  }

  private void recognize(List<Decoded> batch) {
    long now = clock.getAsLong();
    List<Decoded> pending = new ArrayList<>(batch.size());
    for (Decoded one : batch) {
      one.job().refuseIfExpired(now);
      if (!one.job().isDone()) {
        pending.add(one);
      }
    }
    if (pending.isEmpty()) {
      return;
    }
    long begin = System.nanoTime();
    try {
      List<Recognition> recognitions =
          recognizer.recognize(
              pending.stream().map(Decoded::prepared).toList(),
              SHARES.coresPerPass(pending.size(), photosOnNode.getAsInt()));
      long nanos = System.nanoTime() - begin;
      networkTime.record(nanos, TimeUnit.NANOSECONDS);
      batchSizes.record(pending.size());
      for (int i = 0; i < pending.size(); i++) {
        count(recognitions.get(i));
        pending.get(i).recognized().complete(new Recognized(recognitions.get(i), nanos));
      }
    } catch (RuntimeException | Error e) {
      // Errors are caught too: this thread must survive for the next batch.
      for (Decoded one : pending) {
        one.job()
            .errorEvent(LOG)
            .setCause(e)
            .log("The network failed on a batch of {} photos", pending.size());
        one.recognized().tryFail(e);
      }
    }
  }

  private void count(Recognition recognition) {
    verdicts(recognition.verdict()).increment();
    confidence.record(recognition.brands().get(0).probability());
  }

  /**
   * Stops the threads and closes the recognizer, unless a forward pass is still running: closing it
   * then would crash the process.
   *
   * @param timeout limit for all threads together
   * @return whether all threads have stopped
   */
  boolean close(Duration timeout) throws InterruptedException {
    threads.forEach(Thread::interrupt);
    join(threads, timeout);
    if (threads.stream().anyMatch(Thread::isAlive)) {
      return false;
    }
    recognizer.close();
    return true;
  }

  /** Waits until all threads have ended, at most for the timeout. */
  static void join(List<Thread> threads, Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    for (Thread thread : threads) {
      // At least a millisecond: 0 would wait forever.
      thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
    }
  }
}
