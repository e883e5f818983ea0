package dev.marque.training;

import dev.marque.vision.photo.Size;
import java.util.Comparator;
import java.util.List;

/**
 * How to train.
 *
 * @param epochs passes over the training photos
 * @param batch photos a step
 * @param learningRate the highest, reached after the warm-up
 * @param weightDecay pulls kernels and matrices towards zero, each step by this times the learning
 *     rate
 * @param labelSmoothing the share of the target spread over all classes (Szegedy et al., 2016)
 * @param mixedShare the share of batches whose photos are mixed in pairs
 * @param smallestCrop the smallest share of a photo's area that a random crop keeps
 * @param sceneShare the share of cars that are shown somewhere in a larger scene
 * @param taughtShare the share of the targets that is the teacher's, where there is one
 * @param averageDecay how much of the moving average of the weights a step keeps
 * @param sizes input sizes by progress
 * @param seed of initial weights, order and augmentation
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
    double taughtShare,
    double averageDecay,
    List<SizeFrom> sizes,
    long seed) {

  /** The usual weight decay. */
  static final double WEIGHT_DECAY = 0.05;

  /** The usual label smoothing. */
  static final double LABEL_SMOOTHING = 0.1;

  /** The usual decay of the average: over the last 500 steps. */
  static final double AVERAGE_DECAY = 0.998;

  /**
   * An input size and the share of the training, 0 to below 1, from which on it is used. Written
   * {@code 0.6:144x184}.
   */
  public record SizeFrom(double progress, Size size) {

    public SizeFrom {
      if (!(progress >= 0 && progress < 1)) {
        throw new IllegalArgumentException(progress + " is no share from 0 to below 1");
      }
    }

    public static SizeFrom parse(String text) {
      int colon = text.indexOf(':');
      if (colon < 0) {
        throw new IllegalArgumentException("'" + text + "' is not like 0.6:144x184");
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
      throw new IllegalArgumentException(epochs + " epochs: there must be at least 1");
    }
    if (batch < 2) {
      throw new IllegalArgumentException(
          "a batch of " + batch + ": it must have at least 2 photos");
    }
    if (!(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "a learning rate of " + learningRate + ": it must be more than 0");
    }
    requireShare("mixed batches", mixedShare);
    requireShare("cars in scenes", sceneShare);
    requireShare("the teacher", taughtShare);
    requireShare("a photo that a crop keeps", smallestCrop);
    if (smallestCrop == 0) {
      throw new IllegalArgumentException("a crop must keep more than nothing of a photo");
    }
    if (sizes.isEmpty() || sizes.get(0).progress() != 0) {
      throw new IllegalArgumentException("the sizes must begin with 0:, such as 0:112x144");
    }
  }

  private static void requireShare(String ofWhat, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(
          "a share of " + value + " of " + ofWhat + ": it must be from 0 to 1");
    }
  }

  /** What decides the order of the photos, as it is given on the command line. */
  String order() {
    return "--seed %d --batch %d".formatted(seed, batch);
  }

  /** The input size at a share of the training from 0 to 1. */
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
