package dev.marque.training;

import dev.marque.vision.photo.Size;
import java.util.Comparator;
import java.util.List;

/**
 * Hyperparameters of the training.
 *
 * @param epochs passes over the training photos
 * @param batch photos per step
 * @param learningRate the highest learning rate, reached after the warm-up
 * @param weightDecay decay of kernels and matrices per step, multiplied by the learning rate
 * @param labelSmoothing share of the target spread over all classes (Szegedy et al., 2016)
 * @param mixedShare share of batches whose photos are mixed in pairs
 * @param smallestCrop minimum share of a photo's area in a random crop
 * @param sceneShare share of car photos that are pasted into a larger scene
 * @param teacherShare weight of the teachers' mean prediction in the targets, if there is a teacher
 * @param averageDecay decay of the moving average of the weights per step
 * @param sizes input sizes by progress
 * @param seed seed of initial weights, order and augmentation
 */
public record TrainingOptions(
    int epochs,
    int batch,
    double learningRate,
    double weightDecay,
    double labelSmoothing,
    double mixedShare,
    double smallestCrop,
    double sceneShare,
    double teacherShare,
    double averageDecay,
    List<SizeFrom> sizes,
    long seed) {

  /** The default weight decay. */
  static final double WEIGHT_DECAY = 0.05;

  /** The default label smoothing. */
  static final double LABEL_SMOOTHING = 0.1;

  /** The default decay of the moving average, corresponding to about 500 steps. */
  static final double AVERAGE_DECAY = 0.998;

  /**
   * An input size and the training progress, from 0 (inclusive) to 1 (exclusive), from which it is
   * used. Written as {@code 0.6:144x184}.
   */
  public record SizeFrom(double progress, Size size) {

    public SizeFrom {
      if (!(progress >= 0 && progress < 1)) {
        throw new IllegalArgumentException(
            "the progress must be at least 0 and below 1, not " + progress);
      }
    }

    public static SizeFrom parse(String text) {
      int colon = text.indexOf(':');
      if (colon < 0) {
        throw new IllegalArgumentException("'" + text + "' is not of the form 0.6:144x184");
      }
      return new SizeFrom(
          Double.parseDouble(text.substring(0, colon)), Size.parse(text.substring(colon + 1)));
    }

    @Override
    public String toString() {
      return progress + ":" + size;
    }
  }

  public TrainingOptions {
    sizes = sizes.stream().sorted(Comparator.comparingDouble(SizeFrom::progress)).toList();
    if (epochs < 1) {
      throw new IllegalArgumentException("the number of epochs must be at least 1, not " + epochs);
    }
    if (batch < 2) {
      throw new IllegalArgumentException("a batch must have at least 2 photos, not " + batch);
    }
    if (!(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "the learning rate must be finite and above 0, not " + learningRate);
    }
    requireShare("mixed batches", mixedShare);
    requireShare("cars in scenes", sceneShare);
    requireShare("the teacher", teacherShare);
    requireShare("a photo in a crop", smallestCrop);
    if (smallestCrop == 0) {
      throw new IllegalArgumentException("the smallest crop must be above 0");
    }
    if (sizes.isEmpty() || sizes.get(0).progress() != 0) {
      throw new IllegalArgumentException("the first size must start at 0, as in 0:112x144");
    }
  }

  private static void requireShare(String ofWhat, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(
          "the share of " + ofWhat + " must be from 0 to 1, not " + value);
    }
  }

  /** Returns the command line options that determine the order of the photos. */
  String order() {
    return "--seed %d --batch %d".formatted(seed, batch);
  }

  /** Returns the input size at a training progress from 0 to 1. */
  Size sizeAt(double progress) {
    Size size = sizes.get(0).size();
    for (SizeFrom step : sizes) {
      if (progress >= step.progress()) {
        size = step.size();
      }
    }
    return size;
  }
}
