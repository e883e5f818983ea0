package dev.marque.training;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Makes the batches of an epoch ahead on threads of its own, a bounded number at a time, in order.
 */
final class BatchLoader implements AutoCloseable {

  private static final int AHEAD = 4;

  private final BatchMaker maker;
  private final ExecutorService threads;
  private final Queue<Future<Batch>> ahead = new ArrayDeque<>();
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

  /** Turns to the first batch of an epoch. */
  void begin(int epoch) {
    this.epoch = epoch;
    order = maker.order(epoch);
    next = 0;
    ahead.clear();
    for (int i = 0; i < AHEAD; i++) {
      ask();
    }
  }

  /** The next batch; waits until it is made. */
  Batch take() throws InterruptedException {
    Future<Batch> first = ahead.remove();
    ask();
    try {
      return first.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a batch could not be made", e.getCause());
    }
  }

  /** Has the next batch made, where the epoch has one more. */
  private void ask() {
    if (next < maker.batches()) {
      int number = next++;
      int inEpoch = epoch;
      int[] inOrder = order;
      ahead.add(threads.submit(() -> maker.make(inEpoch, number, inOrder)));
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
