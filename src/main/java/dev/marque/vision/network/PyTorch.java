package dev.marque.vision.network;

import ai.djl.pytorch.jni.JniUtils;

/** What the engine has to be told before it runs one of our programs. */
public final class PyTorch {

  /** As many as this process may use. */
  public static final int ALL_CORES = Runtime.getRuntime().availableProcessors();

  private static final String GRAPH_OPTIMIZER = "ai.djl.pytorch.graph_optimizer";

  static {
    // Rewriting the program's graph gains nothing here, where the time is in the convolutions, and
    // a
    // training run with it ended in a memory fault.
    if (System.getProperty(GRAPH_OPTIMIZER) == null) {
      System.setProperty(GRAPH_OPTIMIZER, "false");
    }
    NativeMemory.keepForReuse();
  }

  private PyTorch() {}

  /**
   * Over how many cores the passes of the calling thread spread from now on; of no other thread.
   */
  static void spreadOver(int cores) {
    JniUtils.setNumThreads(cores);
  }

  /** Makes sure that the engine is told; the first call does it. */
  public static void prepare() {}
}
