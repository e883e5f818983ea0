package dev.marque.vision.network;

import ai.djl.pytorch.jni.JniUtils;

/** Configures the PyTorch engine before it runs one of our programs. */
public final class PyTorch {

  /** Number of cores that this process may use. */
  public static final int ALL_CORES = Runtime.getRuntime().availableProcessors();

  private static final String GRAPH_OPTIMIZER = "ai.djl.pytorch.graph_optimizer";

  static {
    // The graph optimizer gains nothing here, since the time is spent in the convolutions, and a
    // training run with it ended in a segmentation fault.
    if (System.getProperty(GRAPH_OPTIMIZER) == null) {
      System.setProperty(GRAPH_OPTIMIZER, "false");
    }
    NativeMemory.keepForReuse();
  }

  private PyTorch() {}

  /**
   * Sets the number of threads for forward passes of the calling thread; others are not affected.
   */
  static void setThreads(int threads) {
    JniUtils.setNumThreads(threads);
  }

  /** Ensures that the engine is configured; only the first call has an effect. */
  public static void prepare() {}
}
