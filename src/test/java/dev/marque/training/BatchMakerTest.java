package dev.marque.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.vision.network.Heads;
import dev.marque.vision.photo.Normalization;
import dev.marque.vision.photo.Pixels;
import dev.marque.vision.photo.Size;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchMakerTest {

  private static final Heads HEADS = new Heads(2, 2);
  private static final Pixels PHOTO = new Pixels(8, 6, new byte[8 * 6 * 3]);
  private static final List<Example> EXAMPLES =
      List.of(
          new Example("a model of the first brand", PHOTO, 0, 0, true),
          new Example("the second brand", PHOTO, 1, Example.NONE, true),
          new Example("another make", PHOTO, Example.NONE, 1, true),
          new Example("a scene", PHOTO, Example.NONE, Example.NONE, false));

  /** Brands, models, and whether there is a car. */
  private static final float[][] TARGETS = {
    {0.95f, 0.05f, 0.95f, 0.05f, 1},
    {0.05f, 0.95f, 0, 0, 1},
    {0.5f, 0.5f, 0.05f, 0.95f, 1},
    {0.5f, 0.5f, 0, 0, 0}
  };

  private static BatchMaker maker(double mixedShare) {
    TrainingOptions options =
        new TrainingOptions(
            1,
            EXAMPLES.size(),
            0.001,
            0,
            0.1,
            mixedShare,
            1,
            0,
            0,
            0,
            List.of(new TrainingOptions.SizeFrom(0, new Size(24, 32))),
            1);
    Augmentation augmentation = new Augmentation(Normalization.IMAGENET, 1);
    return new BatchMaker(EXAMPLES, HEADS, options, augmentation);
  }

  private static float[] target(Batch batch, int photo) {
    return Arrays.copyOfRange(
        batch.targets(), photo * HEADS.logits(), (photo + 1) * HEADS.logits());
  }

  @Test
  void other_makes_and_scenes_are_equally_of_every_brand_and_scenes_are_not_cars() {
    BatchMaker maker = maker(0);
    int[] order = maker.order(0);
    Batch batch = maker.make(0, 0, order);
    for (int i = 0; i < order.length; i++) {
      assertArrayEquals(TARGETS[order[i]], target(batch, i), 1e-6f, EXAMPLES.get(order[i]).name());
    }
  }

  @Test
  void the_target_of_a_mixed_photo_is_mixed_in_proportion_and_mostly_its_own() {
    BatchMaker maker = maker(1);
    int[] order = maker.order(0);
    Batch batch = maker.make(0, 0, order);
    int mixed = 0;
    for (int i = 0; i < order.length; i++) {
      float[] target = target(batch, i);
      assertEquals(1, target[0] + target[1], 1e-6f);
      float[] own = TARGETS[order[i]];
      mixed += Math.abs(target[0] - own[0]) > 0.01 ? 1 : 0;
      for (int t = 0; t < own.length; t++) {
        assertTrue(target[t] >= own[t] / 2, Arrays.toString(target));
      }
    }
    assertTrue(mixed > 1, "a photo may be mixed with itself, but not all of them");
  }
}
