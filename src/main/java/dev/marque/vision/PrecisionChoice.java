package dev.marque.vision;

import dev.marque.vision.network.Precision;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The faster precision on this processor, determined by measurement unless the processor has no
 * instructions for bfloat16.
 *
 * @param program the program in that precision
 */
record PrecisionChoice(Precision precision, ServingProgram program) {

  /** bfloat16 loses a little accuracy, so it is chosen only if it is clearly faster. */
  private static final double MAX_TIME_RATIO = 0.8;

  private static final int RUNS = 6;
  private static final int BATCH_SIZE = 2;

  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  /**
   * Linux's names of instructions for bfloat16: {@code avx512_bf16}, {@code amx_bf16} and {@code
   * avx_ne_convert} on x86, {@code bf16} and {@code svebf16} on ARM.
   */
  private static final Pattern BFLOAT16_INSTRUCTIONS =
      Pattern.compile("\\b(\\w*bf16|avx_ne_convert)\\b");

  /**
   * Loads a model's program in both precisions and closes the slower one. Does not try bfloat16 on
   * a processor that emulates it.
   */
  static PrecisionChoice of(LoadedModel model) {
    ServingProgram single = Recognizer.program(model, Precision.FLOAT32);
    if (!hasBfloat16(PROCESSORS)) {
      return new PrecisionChoice(Precision.FLOAT32, single);
    }
    ServingProgram bfloat16 = Recognizer.program(model, Precision.BFLOAT16);
    if (isClearlyFaster(bfloat16, single, model.description().input())) {
      single.close();
      return new PrecisionChoice(Precision.BFLOAT16, bfloat16);
    }
    bfloat16.close();
    return new PrecisionChoice(Precision.FLOAT32, single);
  }

  /**
   * Returns whether the processor has instructions for bfloat16; true if that is unknown, because
   * the file cannot be read.
   *
   * @param processors the description in the format of Linux's {@code /proc/cpuinfo}
   */
  static boolean hasBfloat16(Path processors) {
    try {
      return BFLOAT16_INSTRUCTIONS.matcher(Files.readString(processors)).find();
    } catch (IOException unknown) {
      return true;
    }
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

  /**
   * Measures a forward pass as under load: several photos on one core. A single photo on all cores
   * takes longer by chance if any of them is interrupted, and gains less from bfloat16.
   */
  private static double seconds(ServingProgram program, Size size) {
    List<float[]> photos = Collections.nCopies(BATCH_SIZE, new float[size.values()]);
    long start = System.nanoTime();
    program.run(photos, size, 1);
    return (System.nanoTime() - start) / 1e9;
  }
}
