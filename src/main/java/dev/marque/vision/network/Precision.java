package dev.marque.vision.network;

/** The number format in which a program computes its convolutions. */
public enum Precision {
  /** Single precision: fast on every processor. */
  FLOAT32,
  /**
   * bfloat16 (brain floating point): about twice as fast on processors with instructions for it,
   * far slower on others.
   */
  BFLOAT16
}
