package dev.marque.training;

import dev.marque.vision.network.Heads;
import dev.marque.vision.photo.Pixels;
import dev.marque.vision.photo.Size;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Creates batches that depend only on the seed and their number, so that a resumed run continues
 * with the same batches as an uninterrupted one.
 *
 * <p>In a share of the batches, each photo is mixed with another one, by blending (Zhang et al.,
 * 2018, "mixup") or by pasting a rectangle (Yun et al., 2019, "CutMix"); the targets are mixed in
 * proportion.
 */
final class BatchMaker {

  private final List<Example> examples;
  private final Heads heads;
  private final TrainingOptions options;
  private final Augmentation augmentation;
  private final List<Example> scenes;

  BatchMaker(
      List<Example> examples, Heads heads, TrainingOptions options, Augmentation augmentation) {
    this.examples = examples;
    this.heads = heads;
    this.options = options;
    this.augmentation = augmentation;
    this.scenes = examples.stream().filter(example -> !example.car()).toList();
    if (examples.size() < options.batch()) {
      throw new DataSetException(
          "%d training photos do not fill one batch of %d; use a smaller --batch"
              .formatted(examples.size(), options.batch()));
    }
  }

  /** Returns the number of complete batches per epoch. */
  int batches() {
    return examples.size() / options.batch();
  }

  /** Returns the order of the photos in an epoch. */
  int[] order(int epoch) {
    SplittableRandom random = random(epoch, -1);
    int[] order = new int[examples.size()];
    for (int i = 0; i < order.length; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  Batch make(int epoch, int number, int[] order) {
    double progress = (epoch + (double) number / batches()) / options.epochs();
    Size size = options.sizeAt(progress);
    int count = options.batch();
    float[] photos = new float[count * size.values()];
    float[] targets = new float[count * heads.logits()];
    SplittableRandom random = random(epoch, number);
    boolean mixed = random.nextDouble() < options.mixedShare();
    for (int i = 0; i < count; i++) {
      Example example = examples.get(order[number * count + i]);
      augment(example, size, random, photos, i * size.values());
      if (mixed) {
        Example other = examples.get(random.nextInt(examples.size()));
        float share = mix(other, size, random, photos, i * size.values());
        target(example, share, targets, i * heads.logits());
        target(other, 1 - share, targets, i * heads.logits());
      } else {
        target(example, 1, targets, i * heads.logits());
      }
    }
    return new Batch(count, size, photos, targets);
  }

  private void augment(
      Example example, Size size, SplittableRandom random, float[] target, int at) {
    boolean inScene =
        random.nextDouble() < options.sceneShare() && example.car() && !scenes.isEmpty();
    if (inScene) {
      Pixels scene = scenes.get(random.nextInt(scenes.size())).photo();
      augmentation.applyInScene(example.photo(), scene, size, random, target, at);
    } else {
      augmentation.apply(example.photo(), size, random, target, at);
    }
  }

  /** Mixes in another photo and returns the remaining share of the first one, at least half. */
  private float mix(Example other, Size size, SplittableRandom random, float[] photos, int at) {
    float[] pasted = new float[size.values()];
    augment(other, size, random, pasted, 0);
    if (random.nextBoolean()) {
      float share = 0.75f + 0.25f * random.nextFloat();
      for (int i = 0; i < pasted.length; i++) {
        photos[at + i] = share * photos[at + i] + (1 - share) * pasted[i];
      }
      return share;
    }
    double side = Math.sqrt(0.05 + 0.45 * random.nextDouble());
    int height = (int) (size.height() * side);
    int width = (int) (size.width() * side);
    int top = random.nextInt(size.height() - height + 1);
    int left = random.nextInt(size.width() - width + 1);
    for (int y = top; y < top + height; y++) {
      int from = (y * size.width() + left) * 3;
      System.arraycopy(pasted, from, photos, at + from, width * 3);
    }
    return 1 - (float) (height * width) / (size.height() * size.width());
  }

  /**
   * Adds a photo's share to a target. A car of another make and a photo without a car have a
   * uniform distribution over the brands, so that the network learns to be unsure (Hendrycks et
   * al., 2019, "Outlier Exposure").
   */
  private void target(Example example, float share, float[] targets, int at) {
    float smoothing = (float) options.labelSmoothing();
    boolean known = example.brand() != Example.NONE;
    float spread = share * (known ? smoothing : 1) / heads.brands();
    for (int b = 0; b < heads.brands(); b++) {
      targets[at + b] += spread;
    }
    if (known) {
      targets[at + example.brand()] += share * (1 - smoothing);
    }
    if (example.model() != Example.NONE) {
      int models = at + heads.brands();
      for (int m = 0; m < heads.models(); m++) {
        targets[models + m] += share * smoothing / heads.models();
      }
      targets[models + example.model()] += share * (1 - smoothing);
    }
    if (example.car()) {
      targets[at + heads.carIndex()] += share;
    }
  }

  private SplittableRandom random(int epoch, int number) {
    long mixed = options.seed() * 0x9E3779B97F4A7C15L + epoch;
    mixed = (mixed ^ (mixed >>> 31)) * 0xBF58476D1CE4E5B9L + number;
    return new SplittableRandom((mixed ^ (mixed >>> 29)) * 0x94D049BB133111EBL);
  }
}
