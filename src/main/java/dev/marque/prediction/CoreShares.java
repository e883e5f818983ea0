package dev.marque.prediction;

/**
 * How decoding and the forward passes of the network share the cores of a machine.
 *
 * <p>There are as many decoding threads as cores. Parallel passes on few cores each need less
 * processor time than sequential passes on all cores, but each needs memory for all layers of its
 * batch. So there are at most four, and on machines with many cores each gets several.
 *
 * @param cores number of cores, at least 1
 */
record CoreShares(int cores) {

  private static final int MAX_PASSES = 4;

  static CoreShares ofThisMachine() {
    return new CoreShares(Runtime.getRuntime().availableProcessors());
  }

  /** Returns the number of parallel forward passes. */
  int passes() {
    return Math.min(cores, MAX_PASSES);
  }

  /**
   * Returns how many photos may be in progress, from leaving the queue to their result: enough to
   * fill every pass without idle cores, and few enough to leave the others in the fair queue.
   *
   * @param batchSize number of photos in a full batch
   */
  int maxInProgress(int batchSize) {
    return batchSize * Math.max(2, passes()) + cores - passes();
  }

  /**
   * Returns the number of cores for a pass. A pass gets all of them if there are no other photos on
   * the node. Every other photo can keep a core busy, but decoding gets at most half of the cores,
   * since it takes about as long as the network.
   *
   * @param photos number of photos in the pass
   * @param photosOnNode number of photos on this node, including those in the pass
   */
  int coresPerPass(int photos, int photosOnNode) {
    int others = Math.max(0, photosOnNode - photos);
    int underLoad = Math.max(1, cores / (2 * passes()));
    return Math.max(underLoad, cores - others);
  }
}
