package dev.marque.vision;

import dev.marque.vision.network.Precision;
import dev.marque.vision.network.PyTorch;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.Size;
import java.util.List;

/**
 * The precision that is faster on this processor, found out by trying.
 *
 * @param program in that precision, loaded and warm
 */
record PrecisionChoice(Precision precision, ServingProgram program) {

  /** bfloat16 loses a little accuracy, so it has to be clearly faster. */
  private static final double CLEARLY = 0.8;

  private static final int TRIES = 8;

  /** Loads a model's program in both precisions and keeps one. */
  static PrecisionChoice of(LoadedModel model) {
    ServingProgram single = Recognizer.program(model, Precision.FLOAT32);
    ServingProgram bfloat16 = Recognizer.program(model, Precision.BFLOAT16);
    if (isClearlyFaster(bfloat16, single, model.description().input())) {
      single.close();
      return new PrecisionChoice(Precision.BFLOAT16, bfloat16);
    }
    bfloat16.close();
    return new PrecisionChoice(Precision.FLOAT32, single);
  }

  /**
   * Both are tried in turns and the quickest try counts: the rest of the program starts meanwhile
   * and takes the processor from either at times. The size is the model's: with a smaller one other
   * costs hide the difference.
   */
  private static boolean isClearlyFaster(
      ServingProgram bfloat16, ServingProgram single, Size size) {
    seconds(single, size);
    seconds(bfloat16, size);
    double bestSingle = Double.POSITIVE_INFINITY;
    double bestBfloat16 = Double.POSITIVE_INFINITY;
    // Where it is emulated, two slow tries are enough to know.
    for (int i = 0; i < TRIES && (i < 2 || bestBfloat16 < 2 * bestSingle); i++) {
      bestSingle = Math.min(bestSingle, seconds(single, size));
      bestBfloat16 = Math.min(bestBfloat16, seconds(bfloat16, size));
    }
    return bestBfloat16 < CLEARLY * bestSingle;
  }

  /** The time of one photo's forward pass. */
  private static double seconds(ServingProgram program, Size size) {
    long begin = System.nanoTime();
    program.run(List.of(new float[size.values()]), size, PyTorch.ALL_CORES);
    return (System.nanoTime() - begin) / 1e9;
  }
}
