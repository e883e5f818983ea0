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
    double averageDecay,
    List<SizeFrom> sizes,
    long seed) {

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
    if (epochs < 1 || batch < 2) {
      throw new IllegalArgumentException("epochs must be at least 1, the batch at least 2");
    }
    if (!(learningRate > 0)) {
      throw new IllegalArgumentException("the learning rate must be more than 0");
    }
    if (!isShare(mixedShare) || !isShare(sceneShare)) {
      throw new IllegalArgumentException("shares are from 0 to 1");
    }
    if (!isShare(smallestCrop) || smallestCrop == 0) {
      throw new IllegalArgumentException("the smallest crop must be more than 0 and at most 1");
    }
    if (sizes.isEmpty() || sizes.get(0).progress() != 0) {
      throw new IllegalArgumentException("the sizes must begin with 0:, such as 0:112x144");
    }
  }

  private static boolean isShare(double value) {
    return value >= 0 && value <= 1;
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
