package dev.marque.vision.network;

/** What the engine has to be told before it runs one of our programs. */
public final class PyTorch {

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

  /** Makes sure that the engine is told; the first call does it. */
  public static void prepare() {}
}
