package dev.marque.vision;

import dev.marque.vision.network.Precision;
import dev.marque.vision.network.PyTorch;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.Size;
import java.util.List;

/**
 * The faster precision on this processor, determined by measurement.
 *
 * @param program the program in that precision, loaded and warmed up
 */
record PrecisionChoice(Precision precision, ServingProgram program) {

  /** bfloat16 loses a little accuracy, so it is chosen only if it is clearly faster. */
  private static final double MAX_TIME_RATIO = 0.8;

  private static final int RUNS = 8;

  /** Loads a model's program in both precisions and closes the slower one. */
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
   * Alternates the two and compares their fastest runs, because the rest of the program starts at
   * the same time and competes for the processor. Uses the model's input size: with a smaller one,
   * fixed costs would hide the difference.
   */
  private static boolean isClearlyFaster(
      ServingProgram bfloat16, ServingProgram single, Size size) {
    seconds(single, size);
    seconds(bfloat16, size);
    double bestSingle = Double.POSITIVE_INFINITY;
    double bestBfloat16 = Double.POSITIVE_INFINITY;
    // If bfloat16 is emulated, two slow runs are enough.
    for (int i = 0; i < RUNS && (i < 2 || bestBfloat16 < 2 * bestSingle); i++) {
      bestSingle = Math.min(bestSingle, seconds(single, size));
      bestBfloat16 = Math.min(bestBfloat16, seconds(bfloat16, size));
    }
    return bestBfloat16 < MAX_TIME_RATIO * bestSingle;
  }

  /** Measures the forward pass of one photo. */
  private static double seconds(ServingProgram program, Size size) {
    long start = System.nanoTime();
    program.run(List.of(new float[size.values()]), size, PyTorch.ALL_CORES);
    return (System.nanoTime() - start) / 1e9;
  }
}
