package dev.marque.vision.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.vision.photo.Normalization;
import dev.marque.vision.photo.Size;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ServingProgramTest {

  private static final Heads HEADS = new Heads(3, 4);
  private static final Size SIZE = new Size(32, 48);
  private static final Weights WEIGHTS = TinyNetwork.weights(HEADS, 1);

  private static ServingProgram program(Precision precision) {
    IntegerConvolutions.assumeAvailableFor(precision);
    return precision == Precision.INT8
        ? quantized(ranges(photos(8)))
        : ServingProgram.load(TinyNetwork.DESCRIPTION, HEADS, WEIGHTS, precision);
  }

  private static ServingProgram quantized(ActivationRanges ranges) {
    return ServingProgram.loadQuantized(
        TinyNetwork.DESCRIPTION, HEADS, WEIGHTS, Normalization.IMAGENET, ranges, SIZE);
  }

  private static ActivationRanges ranges(List<float[]> photos) {
    return ActivationRanges.of(TinyNetwork.DESCRIPTION, HEADS, WEIGHTS, photos.stream(), SIZE);
  }

  private static List<float[]> photos(int count) {
    Random random = new Random(3);
    List<float[]> photos = new ArrayList<>();
    for (int p = 0; p < count; p++) {
      float[] values = new float[SIZE.values()];
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextFloat(-2, 2.5f);
      }
      photos.add(values);
    }
    return photos;
  }

  @ParameterizedTest
  @EnumSource(names = "BFLOAT16", mode = EnumSource.Mode.EXCLUDE)
  void a_photo_has_the_same_output_alone_and_in_a_batch(Precision precision) {
    List<float[]> photos = photos(5);
    try (ServingProgram program = program(precision)) {
      List<ServingProgram.Output> together = program.run(photos, SIZE, 2);
      for (int i = 0; i < 5; i++) {
        ServingProgram.Output alone = program.run(List.of(photos.get(i)), SIZE, 1).get(0);
        assertArrayEquals(alone.logits(), together.get(i).logits(), 1e-4f);
        assertArrayEquals(alone.maps(), together.get(i).maps(), 1e-4f);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "BFLOAT16", mode = EnumSource.Mode.EXCLUDE)
  void a_brands_logit_is_the_mean_of_its_map_plus_the_bias(Precision precision) {
    float[] bias = TinyNetwork.weights(HEADS, 1).values("heads.brand.bias");
    try (ServingProgram program = program(precision)) {
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

  @ParameterizedTest
  @EnumSource(names = "BFLOAT16", mode = EnumSource.Mode.EXCLUDE)
  void concurrent_passes_do_not_interfere(Precision precision) throws Exception {
    List<float[]> photos = photos(8);
    try (ServingProgram program = program(precision)) {
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

  @ParameterizedTest
  @EnumSource(names = "FLOAT32", mode = EnumSource.Mode.EXCLUDE)
  void other_precisions_change_the_output_only_slightly(Precision precision) {
    List<float[]> photos = photos(2);
    try (ServingProgram single = program(Precision.FLOAT32);
        ServingProgram other = program(precision)) {
      ServingProgram.Output expected = single.run(photos, SIZE, 1).get(1);
      ServingProgram.Output actual = other.run(photos, SIZE, 1).get(1);
      assertArrayEquals(expected.logits(), actual.logits(), 0.15f);
      assertTrue(Math.abs(expected.logits()[0] - actual.logits()[0]) > 0, "another arithmetic");
    }
  }

  @Test
  void layers_in_any_order_can_be_quantized() {
    IntegerConvolutions.assumeAvailableFor(Precision.INT8);
    // Blocks that pass their input on, and one network's end that is not a block.
    NetworkDescription network =
        new NetworkDescription(
            List.of(
                new Layer.Convolution(8, 3, 1),
                new Layer.Residual(8, 1),
                new Layer.Residual(8, 1),
                new Layer.MaxPooling(3, 2),
                new Layer.Convolution(16, 3, 2),
                new Layer.MaxPooling(3, 2)),
            4,
            0.1);
    Weights weights = TinyNetwork.weights(network, HEADS, 2);
    List<float[]> photos = photos(3);
    ActivationRanges ranges = ActivationRanges.of(network, HEADS, weights, photos.stream(), SIZE);
    try (ServingProgram single = ServingProgram.load(network, HEADS, weights, Precision.FLOAT32);
        ServingProgram quantized =
            ServingProgram.loadQuantized(
                network, HEADS, weights, Normalization.IMAGENET, ranges, SIZE)) {
      for (int i = 0; i < 3; i++) {
        float[] expected = single.run(photos, SIZE, 1).get(i).logits();
        float spread = largest(expected);
        assertArrayEquals(expected, quantized.run(photos, SIZE, 1).get(i).logits(), 0.05f * spread);
      }
    }
  }

  private static float largest(float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  @Test
  void values_beyond_their_range_are_clipped() {
    float[] extreme = new float[SIZE.values()];
    float[] white = new float[SIZE.values()];
    Arrays.fill(extreme, 100);
    Arrays.fill(white, Normalization.IMAGENET.highest());
    try (ServingProgram program = program(Precision.INT8)) {
      assertArrayEquals(
          program.run(List.of(white), SIZE, 1).get(0).logits(),
          program.run(List.of(extreme), SIZE, 1).get(0).logits());
    }
    // Half of the range clips few values; if they wrapped around, the logits would be others.
    Map<String, Float> halved = new HashMap<>();
    ranges(photos(8)).maxima().forEach((name, maximum) -> halved.put(name, maximum / 2));
    List<float[]> photos = photos(2);
    try (ServingProgram single = program(Precision.FLOAT32);
        ServingProgram clipped = quantized(new ActivationRanges(halved))) {
      assertArrayEquals(
          single.run(photos, SIZE, 1).get(0).logits(),
          clipped.run(photos, SIZE, 1).get(0).logits(),
          0.3f);
    }
  }
}
