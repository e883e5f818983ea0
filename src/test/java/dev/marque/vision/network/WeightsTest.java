package dev.marque.vision.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WeightsTest {

  private static final Heads HEADS = new Heads(3, 0);
  private static final List<TensorSpec> SPECS =
      ShapeInference.tensors(TinyNetwork.DESCRIPTION, HEADS);
  private static final Weights WEIGHTS = Weights.initial(SPECS, 1);

  @Test
  void initial_weights_match_their_network_and_depend_only_on_the_seed() {
    assertDoesNotThrow(() -> WEIGHTS.check(SPECS));
    assertArrayEquals(
        WEIGHTS.values("layers.0.weight"), Weights.initial(SPECS, 1).values("layers.0.weight"));
  }

  @Test
  void a_missing_tensor_is_named() {
    List<Tensor> tensors = new ArrayList<>(WEIGHTS.tensors());
    tensors.removeIf(tensor -> tensor.name().equals("heads.brand.bias"));
    assertRejected(tensors, "heads.brand.bias");
  }

  @Test
  void a_tensor_of_another_shape_is_named_with_both_shapes() {
    List<Tensor> tensors = new ArrayList<>(WEIGHTS.tensors());
    tensors.replaceAll(
        tensor ->
            tensor.name().equals("heads.brand.bias")
                ? new Tensor(tensor.name(), new int[] {4}, new float[4])
                : tensor);
    assertRejected(tensors, "heads.brand.bias has the shape [4], but the network needs [3]");
  }

  @Test
  void an_unexpected_tensor_is_named() {
    List<Tensor> tensors = new ArrayList<>(WEIGHTS.tensors());
    tensors.add(new Tensor("layers.9.weight", new int[] {1}, new float[1]));
    assertRejected(tensors, "layers.9.weight");
  }

  @Test
  void a_value_that_is_not_finite_is_rejected() {
    List<Tensor> tensors = new ArrayList<>(WEIGHTS.tensors());
    tensors.replaceAll(
        tensor ->
            tensor.name().equals("heads.brand.bias")
                ? new Tensor(tensor.name(), new int[] {3}, new float[] {0, Float.NaN, 0})
                : tensor);
    assertRejected(tensors, "heads.brand.bias holds NaN");
  }

  private static void assertRejected(List<Tensor> tensors, String reason) {
    InvalidModelException e =
        assertThrows(InvalidModelException.class, () -> new Weights(tensors).check(SPECS));
    assertTrue(String.valueOf(e.getMessage()).contains(reason), e.getMessage());
  }
}
