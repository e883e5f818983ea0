package dev.marque.training;

/**
 * Learning rate schedule: a linear warm-up, then cosine decay to a thousandth (Loshchilov and
 * Hutter, 2017, "SGDR").
 *
 * @param highest the rate at the end of the warm-up
 */
record LearningRate(double highest) {

  private static final double WARM_UP = 0.04;
  private static final double START = 0.05;
  private static final double FLOOR = 1e-3;

  /** Returns the rate at a training progress from 0 to 1. */
  double at(double progress) {
    if (progress < WARM_UP) {
      return highest * (START + (1 - START) * progress / WARM_UP);
    }
    double rest = Math.min(1, (progress - WARM_UP) / (1 - WARM_UP));
    return highest * (FLOOR + (1 - FLOOR) * 0.5 * (1 + Math.cos(Math.PI * rest)));
  }
}
