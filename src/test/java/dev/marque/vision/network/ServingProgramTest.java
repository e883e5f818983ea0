package dev.marque.vision.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.marque.vision.photo.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ServingProgramTest {

  private static final Heads HEADS = new Heads(3, 4);
  private static final Size SIZE = new Size(32, 48);

  private static ServingProgram program(Precision precision) {
    return ServingProgram.load(
        TinyNetwork.DESCRIPTION, HEADS, TinyNetwork.weights(HEADS, 1), precision);
  }

  private static List<float[]> photos(int count) {
    Random random = new Random(3);
    List<float[]> photos = new ArrayList<>();
    for (int p = 0; p < count; p++) {
      float[] values = new float[SIZE.values()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      photos.add(values);
    }
    return photos;
  }

  @Test
  void a_photo_has_the_same_output_alone_and_in_a_batch() {
    List<float[]> photos = photos(5);
    try (ServingProgram program = program(Precision.FLOAT32)) {
      List<ServingProgram.Output> together = program.run(photos, SIZE, 2);
      for (int i = 0; i < 5; i++) {
        ServingProgram.Output alone = program.run(List.of(photos.get(i)), SIZE, 1).get(0);
        assertArrayEquals(alone.logits(), together.get(i).logits(), 1e-4f);
        assertArrayEquals(alone.maps(), together.get(i).maps(), 1e-4f);
      }
    }
  }

  @Test
  void a_brands_logit_is_the_mean_of_its_map_plus_the_bias() {
    float[] bias = TinyNetwork.weights(HEADS, 1).values("heads.brand.bias");
    try (ServingProgram program = program(Precision.FLOAT32)) {
      ServingProgram.Output output = program.run(photos(1), SIZE, 1).get(0);
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
  void concurrent_passes_do_not_interfere() throws Exception {
    List<float[]> photos = photos(8);
    try (ServingProgram program = program(Precision.FLOAT32)) {
      List<ServingProgram.Output> expected = program.run(photos, SIZE, 1);
      ExecutorService threads = Executors.newFixedThreadPool(4);
      try {
        List<Callable<Void>> passes = new ArrayList<>();
        for (int pass = 0; pass < 64; pass++) {
          int from = pass % 8;
          passes.add(
              () -> {
                List<ServingProgram.Output> outputs =
                    program.run(photos.subList(from, 8), SIZE, 1 + from % 2);
                for (int i = from; i < 8; i++) {
                  assertArrayEquals(
                      expected.get(i).logits(), outputs.get(i - from).logits(), 1e-4f);
                }
                return null;
              });
        }
        for (Future<Void> pass : threads.invokeAll(passes)) {
          pass.get();
        }
      } finally {
        threads.shutdown();
      }
    }
  }

  @Test
  void bfloat16_changes_the_output_only_slightly() {
    List<float[]> photos = photos(2);
    try (ServingProgram single = program(Precision.FLOAT32);
        ServingProgram bfloat16 = program(Precision.BFLOAT16)) {
      assertArrayEquals(
          single.run(photos, SIZE, 1).get(1).logits(),
          bfloat16.run(photos, SIZE, 1).get(1).logits(),
          0.15f);
    }
  }
}
