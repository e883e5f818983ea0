package dev.marque.vision;

import dev.marque.vision.network.Precision;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.Size;

/**
 * The precision that is faster on this processor, found out by trying.
 *
 * @param program in that precision, loaded and warm
 */
record PrecisionChoice(Precision precision, ServingProgram program) {

  /** Brain floating point loses a little accuracy, so it has to be clearly faster. */
  private static final double CLEARLY = 0.8;

  private static final int TRIES = 8;

  private static final Size SIZE = new Size(96, 128);

  /** Loads a model's program in both precisions and keeps one. */
  static PrecisionChoice of(LoadedModel model) {
    ServingProgram single = Recognizer.program(model, Precision.FLOAT32);
    ServingProgram brain = Recognizer.program(model, Precision.BFLOAT16);
    if (isClearlyFaster(brain, single)) {
      single.close();
      return new PrecisionChoice(Precision.BFLOAT16, brain);
    }
    brain.close();
    return new PrecisionChoice(Precision.FLOAT32, single);
  }

  /**
   * Both are tried in turns and the quickest try counts: the rest of the program starts meanwhile
   * and takes the processor from either at times.
   */
  private static boolean isClearlyFaster(ServingProgram brain, ServingProgram single) {
    seconds(single);
    seconds(brain);
    double bestSingle = Double.POSITIVE_INFINITY;
    double bestBrain = Double.POSITIVE_INFINITY;
    // Where it is emulated, two slow tries are enough to know.
    for (int i = 0; i < TRIES && (i < 2 || bestBrain < 2 * bestSingle); i++) {
      bestSingle = Math.min(bestSingle, seconds(single));
      bestBrain = Math.min(bestBrain, seconds(brain));
    }
    return bestBrain < CLEARLY * bestSingle;
  }

  /** The time of a small forward pass. */
  private static double seconds(ServingProgram program) {
    long begin = System.nanoTime();
    program.run(new float[SIZE.values()], 1, SIZE);
    return (System.nanoTime() - begin) / 1e9;
  }
}
