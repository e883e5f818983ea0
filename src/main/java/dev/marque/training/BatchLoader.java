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
