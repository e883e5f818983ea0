package dev.marque.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.marque.vision.network.Heads;
import dev.marque.vision.network.Layer;
import dev.marque.vision.network.NetworkDescription;
import dev.marque.vision.network.Precision;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.network.ShapeInference;
import dev.marque.vision.network.Weights;
import dev.marque.vision.photo.Size;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GrowthTest {

  private static final Heads HEADS = new Heads(3, 4);
  private static final Size SIZE = new Size(32, 32);
  private static final Layer STEM = new Layer.Convolution(8, 3, 2);
  private static final Layer DOWN = new Layer.Residual(12, 2);
  private static final Layer STAY = new Layer.Residual(12, 1);
  private static final Layer LAST = new Layer.Residual(16, 2);
  private static final NetworkDescription SHALLOW = network(STEM, DOWN, LAST);
  private static final NetworkDescription DEEP = network(STEM, DOWN, STAY, LAST);

  private static NetworkDescription network(Layer... layers) {
    return new NetworkDescription(List.of(layers), 4, 0);
  }

  @Test
  void a_deeper_network_initially_computes_the_same_as_the_shallow_one() {
    Weights weights = Weights.initial(ShapeInference.tensors(SHALLOW, HEADS), 5);
    Weights start = Growth.grow(SHALLOW, DEEP, weights);
    Weights grown = TrainingProgram.initialState(DEEP, HEADS, 9, start).weights();
    float[] before = logits(SHALLOW, weights);
    float[] after = logits(DEEP, grown);
    assertEquals(before.length, after.length);
    for (int i = 0; i < before.length; i++) {
      assertEquals(before[i], after[i], 1e-5, "logit " + i);
    }
  }

  private static float[] logits(NetworkDescription network, Weights weights) {
    Random random = new Random(3);
    float[] photo = new float[SIZE.values()];
    for (int i = 0; i < photo.length; i++) {
      photo[i] = (float) random.nextGaussian();
    }
    try (ServingProgram program = ServingProgram.load(network, HEADS, weights, Precision.FLOAT32)) {
      return program.run(List.of(photo), SIZE, 1).get(0).logits();
    }
  }

  @Test
  void a_network_with_another_layer_is_rejected() {
    Weights weights = Weights.initial(ShapeInference.tensors(SHALLOW, HEADS), 5);
    NetworkDescription wider = network(STEM, new Layer.Residual(20, 2), LAST);
    assertThrows(IllegalArgumentException.class, () -> Growth.grow(SHALLOW, wider, weights));
  }

  @Test
  void a_network_that_lacks_a_layer_is_rejected() {
    Weights weights = Weights.initial(ShapeInference.tensors(SHALLOW, HEADS), 5);
    assertThrows(
        IllegalArgumentException.class, () -> Growth.grow(SHALLOW, network(STEM, DOWN), weights));
  }
}
