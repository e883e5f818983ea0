package dev.marque.vision.network;

/** The type of number a program computes its convolutions with. */
public enum Precision {
  /** Single precision: fast on every processor. */
  FLOAT32,
  /**
   * bfloat16 (brain floating point): about twice as fast where the processor has instructions for
   * it, far slower elsewhere.
   */
  BFLOAT16
}
