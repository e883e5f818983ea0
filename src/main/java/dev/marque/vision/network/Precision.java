package dev.marque.vision.network;

/** The number format in which a program computes its convolutions. */
public enum Precision {
  /** Single precision: fast on every processor. */
  FLOAT32,
  /**
   * bfloat16 (brain floating point): about twice as fast on processors with instructions for it,
   * far slower on others.
   */
  BFLOAT16,
  /**
   * Integers of eight bits, for serving only (see {@link QuantizedProgram}): two to three times as
   * fast as single precision on x86 processors.
   */
  INT8
}
