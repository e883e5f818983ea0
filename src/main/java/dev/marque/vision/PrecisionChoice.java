package dev.marque.vision;

import dev.marque.vision.network.InvalidModelException;
import dev.marque.vision.network.Precision;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fastest precision on this processor, determined by measurement.
 *
 * @param program the program in that precision
 */
record PrecisionChoice(Precision precision, ServingProgram program) {

  private static final Logger LOG = LoggerFactory.getLogger(PrecisionChoice.class);

  /** The others lose a little accuracy, so they are chosen only if they are clearly faster. */
  private static final double MAX_TIME_RATIO = 0.8;

  /** Ratio of times below which one run is enough. */
  private static final double CLEARLY_FASTER = 0.5;

  /** Ratio of times above which two runs are enough. */
  private static final double CLEARLY_SLOWER = 2;

  private static final int RUNS = 6;
  private static final int BATCH_SIZE = 2;

  /** Largest relative error of the logits. Rounding causes less than a tenth. */
  private static final double MAX_ERROR = 0.25;

  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  /**
   * Linux's names of instructions for bfloat16: {@code avx512_bf16}, {@code amx_bf16} and {@code
   * avx_ne_convert} on x86, {@code bf16} and {@code svebf16} on ARM.
   */
  private static final Pattern BFLOAT16_INSTRUCTIONS =
      Pattern.compile("\\b(\\w*bf16|avx_ne_convert)\\b");

  /**
   * Loads a model's program in single precision and in those that may be faster, and closes all but
   * one. bfloat16 is not tried on a processor that emulates it, nor where int8 is faster than
   * single precision, because processors compute with integers of 8 bits at least as fast.
   */
  static PrecisionChoice of(LoadedModel model) {
    ServingProgram single = model.program(Precision.FLOAT32);
    Optional<ServingProgram> faster = faster(Precision.INT8, model, single);
    Precision precision = Precision.INT8;
    if (faster.isEmpty() && hasBfloat16(PROCESSORS)) {
      faster = faster(Precision.BFLOAT16, model, single);
      precision = Precision.BFLOAT16;
    }
    if (faster.isEmpty()) {
      return new PrecisionChoice(Precision.FLOAT32, single);
    }
    single.close();
    return new PrecisionChoice(precision, faster.get());
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

  /** Returns the program in a precision if it is clearly faster than in single precision. */
  private static Optional<ServingProgram> faster(
      Precision precision, LoadedModel model, ServingProgram single) {
    ServingProgram program;
    try {
      program = model.program(precision);
    } catch (InvalidModelException e) {
      LOG.info("The network cannot run in {} here: {}", precision, e.getMessage());
      return Optional.empty();
    }
    List<float[]> photos = photos(model.description().input());
    if (agrees(program, single, photos, model.description().input())
        && isClearlyFaster(program, single, photos, model.description().input())) {
      return Optional.of(program);
    }
    program.close();
    return Optional.empty();
  }

  /** Returns photos of random pixels. */
  static List<float[]> photos(Size size) {
    SplittableRandom random = new SplittableRandom(1);
    List<float[]> photos = new ArrayList<>();
    for (int p = 0; p < BATCH_SIZE; p++) {
      float[] photo = new float[size.values()];
      for (int i = 0; i < photo.length; i++) {
        photo[i] = (float) random.nextDouble(-2, 2);
      }
      photos.add(photo);
    }
    return photos;
  }

  /**
   * Returns whether both give nearly the same answers, so that a fault of a library is not served.
   */
  static boolean agrees(
      ServingProgram program, ServingProgram single, List<float[]> photos, Size size) {
    List<ServingProgram.Output> expected = single.run(photos, size, 1);
    List<ServingProgram.Output> actual = program.run(photos, size, 1);
    double squares = 0;
    double errors = 0;
    for (int p = 0; p < photos.size(); p++) {
      float[] correct = expected.get(p).logits();
      for (int i = 0; i < correct.length; i++) {
        squares += Math.pow(correct[i], 2);
        errors += Math.pow(actual.get(p).logits()[i] - correct[i], 2);
      }
    }
    double error = Math.sqrt(errors / squares);
    if (error <= MAX_ERROR) {
      return true;
    }
    LOG.warn("A faster precision is not used because its logits differ by {} of theirs", error);
    return false;
  }

  /**
   * Alternates the two and compares their fastest runs, because the rest of the program starts at
   * the same time and competes for the processor. Uses the model's input size: with a smaller one,
   * fixed costs would hide the difference.
   */
  private static boolean isClearlyFaster(
      ServingProgram program, ServingProgram single, List<float[]> photos, Size size) {
    double bestSingle = Double.POSITIVE_INFINITY;
    double best = Double.POSITIVE_INFINITY;
    for (int run = 0; run < RUNS; run++) {
      bestSingle = Math.min(bestSingle, seconds(single, photos, size));
      best = Math.min(best, seconds(program, photos, size));
      double ratio = best / bestSingle;
      if (ratio < CLEARLY_FASTER || (run > 0 && ratio > CLEARLY_SLOWER)) {
        break;
      }
    }
    return best < MAX_TIME_RATIO * bestSingle;
  }

  /**
   * Measures a forward pass as under load: several photos on one core. A single photo on all cores
   * takes longer by chance if any of them is interrupted, and gains less from bfloat16.
   */
  private static double seconds(ServingProgram program, List<float[]> photos, Size size) {
    long start = System.nanoTime();
    program.run(photos, size, 1);
    return (System.nanoTime() - start) / 1e9;
  }
}
