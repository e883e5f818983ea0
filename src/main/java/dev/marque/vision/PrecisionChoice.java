package dev.marque.vision;

import dev.marque.vision.network.Precision;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.Size;

/** Finds out which precision is faster on this processor, by trying. */
final class PrecisionChoice {

  /** Brain floating point loses a little accuracy, so it has to be clearly faster. */
  private static final double CLEARLY = 0.8;

  private static final int TRIES = 3;

  private PrecisionChoice() {}

  /** The precision to serve a model with. */
  static Precision fastest(LoadedModel model) {
    double single = seconds(model, Precision.FLOAT32);
    double brain = seconds(model, Precision.BFLOAT16);
    return brain < CLEARLY * single ? Precision.BFLOAT16 : Precision.FLOAT32;
  }

  /** The least time of a small forward pass, after one that warms up. */
  private static double seconds(LoadedModel model, Precision precision) {
    Size size = new Size(96, 128);
    float[] photo = new float[size.values()];
    double least = Double.POSITIVE_INFINITY;
    try (ServingProgram program =
        ServingProgram.load(
            model.network(), model.description().labels().heads(), model.weights(), precision)) {
      program.run(photo, 1, size);
      for (int i = 0; i < TRIES; i++) {
        long begin = System.nanoTime();
        program.run(photo, 1, size);
        least = Math.min(least, (System.nanoTime() - begin) / 1e9);
      }
    }
    return least;
  }
}
