package dev.marque.training;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Prefetches the batches of an epoch on background threads, a bounded number at a time, in order.
 */
final class BatchLoader implements AutoCloseable {

  private static final int PREFETCH = 4;

  /** Those prefetched, the one in use, and its copy for a teacher. */
  private static final int BATCHES_IN_MEMORY = PREFETCH + 2;

  private final BatchMaker maker;
  private final ExecutorService threads;
  private final Queue<Future<Batch>> prefetched = new ArrayDeque<>();
  private int epoch;
  private int[] order = {};
  private int next;

  BatchLoader(BatchMaker maker, int threads) {
    this.maker = maker;
    this.threads =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "batch-loader");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Returns the number of bytes of the largest batches that are in memory at a time. */
  static long memory(TrainingOptions options) {
    long values =
        options.sizes().stream().mapToLong(step -> step.size().values()).max().orElseThrow();
    return (long) BATCHES_IN_MEMORY * options.batch() * values * Float.BYTES;
  }

  /** Restarts at the first batch of an epoch. */
  void startEpoch(int epoch) {
    this.epoch = epoch;
    order = maker.order(epoch);
    next = 0;
    prefetched.clear();
    for (int i = 0; i < PREFETCH; i++) {
      prefetchNext();
    }
  }

  /** Returns the next batch, waiting until it is ready. */
  Batch take() throws InterruptedException {
    Future<Batch> first = prefetched.remove();
    prefetchNext();
    try {
      return first.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException("cannot prepare a batch", e.getCause());
    }
  }

  /** Submits the next batch, unless the epoch has no more. */
  private void prefetchNext() {
    if (next < maker.batches()) {
      int number = next++;
      int inEpoch = epoch;
      int[] inOrder = order;
      prefetched.add(threads.submit(() -> maker.make(inEpoch, number, inOrder)));
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
