package dev.marque.vision.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.marque.vision.photo.Size;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ServingProgramTest {

  private static final Heads HEADS = new Heads(3, 4);
  private static final Size SIZE = new Size(32, 48);

  private static ServingProgram program(Precision precision) {
    return ServingProgram.load(
        TinyNetwork.DESCRIPTION, HEADS, TinyNetwork.weights(HEADS, 1), precision);
  }

  private static float[] photos(int count) {
    float[] values = new float[count * SIZE.values()];
    Random random = new Random(3);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @Test
  void a_photo_has_the_same_answer_alone_and_in_a_batch() {
    float[] photos = photos(5);
    try (ServingProgram program = program(Precision.FLOAT32)) {
      List<ServingProgram.Output> together = program.run(photos, 5, SIZE);
      for (int i = 0; i < 5; i++) {
        float[] photo =
            java.util.Arrays.copyOfRange(photos, i * SIZE.values(), (i + 1) * SIZE.values());
        ServingProgram.Output alone = program.run(photo, 1, SIZE).get(0);
        assertArrayEquals(alone.logits(), together.get(i).logits(), 1e-4f);
        assertArrayEquals(alone.maps(), together.get(i).maps(), 1e-4f);
      }
    }
  }

  @Test
  void a_brands_logit_is_the_mean_of_its_map_and_the_bias() {
    float[] bias = TinyNetwork.weights(HEADS, 1).values("heads.brand.bias");
    try (ServingProgram program = program(Precision.FLOAT32)) {
      ServingProgram.Output output = program.run(photos(1), 1, SIZE).get(0);
      assertEquals(4, output.rows());
      assertEquals(6, output.columns());
      for (int brand = 0; brand < HEADS.brands(); brand++) {
        double mean = 0;
        for (int i = 0; i < 24; i++) {
          mean += output.maps()[brand * 24 + i] / 24;
        }
        assertEquals(output.logits()[brand], mean + bias[brand], 1e-4);
      }
    }
  }

  @Test
  void half_the_bits_change_the_answer_only_a_little() {
    float[] photos = photos(2);
    try (ServingProgram single = program(Precision.FLOAT32);
        ServingProgram brain = program(Precision.BFLOAT16)) {
      assertArrayEquals(
          single.run(photos, 2, SIZE).get(1).logits(),
          brain.run(photos, 2, SIZE).get(1).logits(),
          0.15f);
    }
  }
}
