package dev.marque.vision;

import dev.marque.vision.network.Precision;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.Size;

/** Finds out which precision is faster on this processor, by trying. */
final class PrecisionChoice {

  /** Brain floating point loses a little accuracy, so it has to be clearly faster. */
  private static final double CLEARLY = 0.8;

  private static final int TRIES = 8;

  private static final Size SIZE = new Size(96, 128);

  private PrecisionChoice() {}

  /**
   * The precision to serve a model with. Both are tried in turns and the quickest try counts: the
   * rest of the program starts meanwhile and takes the processor from either at times.
   */
  static Precision fastest(LoadedModel model) {
    double single = Double.POSITIVE_INFINITY;
    double brain = Double.POSITIVE_INFINITY;
    try (ServingProgram inSingle = program(model, Precision.FLOAT32);
        ServingProgram inBrain = program(model, Precision.BFLOAT16)) {
      seconds(inSingle);
      seconds(inBrain);
      // Where it is emulated, two slow tries are enough to know.
      for (int i = 0; i < TRIES && (i < 2 || brain < 2 * single); i++) {
        single = Math.min(single, seconds(inSingle));
        brain = Math.min(brain, seconds(inBrain));
      }
    }
    return brain < CLEARLY * single ? Precision.BFLOAT16 : Precision.FLOAT32;
  }

  private static ServingProgram program(LoadedModel model, Precision precision) {
    return ServingProgram.load(
        model.network(), model.description().labels().heads(), model.weights(), precision);
  }

  /** The time of a small forward pass. */
  private static double seconds(ServingProgram program) {
    long begin = System.nanoTime();
    program.run(new float[SIZE.values()], 1, SIZE);
    return (System.nanoTime() - begin) / 1e9;
  }
}
