package dev.marque.prediction;

/**
 * How decoding and the passes of the network share the cores of a machine.
 *
 * <p>As many threads decode as there are cores. Passes side by side on few cores each take less of
 * a processor than one after the other on all of them, but each holds the memory of all layers of
 * its batch: so there are four at most, and where there are many cores a pass gets several.
 *
 * @param cores of the machine, at least 1
 */
record CoreShares(int cores) {

  private static final int MOST_PASSES = 4;

  static CoreShares ofThisMachine() {
    return new CoreShares(Runtime.getRuntime().availableProcessors());
  }

  /** Passes of the network at a time. */
  int passes() {
    return Math.min(cores, MOST_PASSES);
  }

  /**
   * Photos between the queue and their answer: enough that every pass can be full and no core waits
   * for one to end, few enough that the others still wait where accounts take turns.
   *
   * @param largestBatch photos of a full pass
   */
  int photosAhead(int largestBatch) {
    return largestBatch * Math.max(2, passes()) + cores - passes();
  }

  /**
   * Cores of a pass. A photo that is alone gets all of them. Each of the others can keep a core
   * busy; but decoding needs no more than half of them, since it takes about as long as the
   * network.
   *
   * @param photos in the pass
   * @param held on this node, those of the pass included
   */
  int ofPass(int photos, int held) {
    int others = Math.max(0, held - photos);
    int underLoad = Math.max(1, cores / (2 * passes()));
    return Math.max(underLoad, cores - others);
  }
}
