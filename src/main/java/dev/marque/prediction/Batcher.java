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
 * Runs the network on decoded photos, a few passes at a time.
 *
 * <p>A photo that is alone gets a pass at once and all cores, so that its answer comes soon. The
 * more there are, the fewer cores a pass gets and the more photos, up to {@link #LARGEST_BATCH}: a
 * pass takes less of a processor the more photos it has, and passes side by side on one core each
 * take less than one after the other on all cores, which wait for each other in every layer. A pass
 * waits for photos only while cores are busy decoding them.
 */
final class Batcher {

  private static final int LARGEST_BATCH = 8;

  private static final Logger LOG = LoggerFactory.getLogger(Batcher.class);

  private static final CoreShares SHARES = CoreShares.ofThisMachine();

  /** The most that a decoded photo waits for others; a photo takes a few milliseconds to decode. */
  private static final Duration WAIT = Duration.ofMillis(30);

  private final Recognizer recognizer;
  private final LongSupplier clock;
  private final IntSupplier held;
  private final MeterRegistry metrics;
  private final Timer networkTime;
  private final DistributionSummary batchSizes;
  private final DistributionSummary confidence;
  private final Semaphore places = new Semaphore(SHARES.photosAhead(LARGEST_BATCH));
  private final List<Thread> threads = new ArrayList<>();

  // Guarded by this.
  private final Deque<Decoded> decoded = new ArrayDeque<>();
  private int decoding;

  /** A photo ready for the network, and where the network's answer goes. */
  private record Decoded(PhotoJob job, Prepared prepared, Promise<Recognized> recognized) {}

  /** What the network said of a photo, and how long all looks at its batch took. */
  record Recognized(Recognition recognition, long networkNanos) {}

  /**
   * @param recognizer closed by {@link #close}
   * @param clock epoch milliseconds
   * @param held photos on this node, waiting or in work
   */
  Batcher(Recognizer recognizer, LongSupplier clock, IntSupplier held, MeterRegistry metrics) {
    this.recognizer = recognizer;
    this.clock = clock;
    this.held = held;
    this.metrics = metrics;
    this.networkTime =
        Timer.builder("marque.inference.network")
            .description("All looks of the network at a batch of photos")
            .publishPercentileHistogram()
            .register(metrics);
    this.batchSizes =
        DistributionSummary.builder("marque.inference.batch")
            .description("Photos that the network looks at together")
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

  /** Waits until one more decoded photo may wait here, and keeps its place. */
  void awaitRoom() throws InterruptedException {
    places.acquire();
  }

  /** Says that the photo for which a place was kept is being decoded. */
  synchronized void begin() {
    decoding++;
  }

  /** Takes the photo that was being decoded. */
  synchronized Future<Recognized> add(PhotoJob job, Prepared prepared) {
    Promise<Recognized> recognized = Promise.promise();
    decoded.addLast(new Decoded(job, prepared, recognized));
    decoding--;
    notifyAll();
    return recognized.future();
  }

  /** Gives the place of a photo back that could not be decoded. */
  synchronized void giveUp() {
    decoding--;
    places.release();
    notifyAll();
  }

  private void run() {
    try {
      while (true) {
        List<Decoded> batch = take();
        recognize(batch);
        places.release(batch.size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized List<Decoded> take() throws InterruptedException {
    List<Decoded> batch = new ArrayList<>(LARGEST_BATCH);
    while (batch.isEmpty()) {
      while (decoded.isEmpty()) {
        wait();
      }
      awaitMore();
      // Another pass may have taken them meanwhile.
      while (!decoded.isEmpty() && batch.size() < LARGEST_BATCH) {
        batch.add(decoded.removeFirst());
      }
    }
    return batch;
  }

  private synchronized void awaitMore() throws InterruptedException {
    long end = System.nanoTime() + WAIT.toNanos();
    long left = WAIT.toNanos();
    while (left > 0 && decoding > 0 && decoded.size() < enough()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      left = end - System.nanoTime();
    }
  }

  /** So many that the photos here spread over the passes that there can be at a time. */
  private int enough() {
    return Math.min(LARGEST_BATCH, held.getAsInt() / SHARES.passes());
  }

  private void recognize(List<Decoded> batch) {
    long now = clock.getAsLong();
    List<Decoded> awaited = new ArrayList<>(batch.size());
    for (Decoded one : batch) {
      one.job().refuseIfLate(now);
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
          recognizer.recognize(
              awaited.stream().map(Decoded::prepared).toList(),
              SHARES.ofPass(awaited.size(), held.getAsInt()));
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
        one.job()
            .defect(LOG)
            .setCause(e)
            .log("the network failed on a batch of {}", awaited.size());
        one.recognized().tryFail(e);
      }
    }
  }

  private void count(Recognition recognition) {
    verdicts(recognition.verdict()).increment();
    confidence.record(recognition.brands().get(0).probability());
  }

  /**
   * Stops, and closes the recognizer; not under a pass that still runs, which would end the
   * process.
   *
   * @return whether all has ended within this time
   */
  boolean close(Duration patience) throws InterruptedException {
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      thread.join(patience.toMillis());
    }
    if (threads.stream().anyMatch(Thread::isAlive)) {
      return false;
    }
    recognizer.close();
    return true;
  }
}
