package dev.marque.vision.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShapeInferenceTest {

  private static final Heads HEADS = new Heads(3, 7);

  private static Map<String, TensorSpec> tiny() {
    return ShapeInference.tensors(TinyNetwork.DESCRIPTION, HEADS).stream()
        .collect(Collectors.toMap(TensorSpec::name, Function.identity()));
  }

  @Test
  void input_channels_are_the_output_channels_of_the_previous_layer() {
    assertArrayEquals(new int[] {8, 3, 5, 5}, tiny().get("layers.0.weight").shape());
    assertArrayEquals(new int[] {8, 8, 3, 3}, tiny().get("layers.2.first.weight").shape());
    assertArrayEquals(new int[] {16, 8, 3, 3}, tiny().get("layers.3.first.weight").shape());
    assertArrayEquals(new int[] {16, 16, 3, 3}, tiny().get("layers.3.second.weight").shape());
    assertArrayEquals(new int[] {3, 16}, tiny().get("heads.brand.weight").shape());
    assertArrayEquals(new int[] {7, 16}, tiny().get("heads.model.weight").shape());
    assertArrayEquals(new int[] {1, 16}, tiny().get("heads.car.weight").shape());
  }

  @Test
  void a_shortcut_has_a_convolution_only_if_width_or_size_change() {
    assertFalse(tiny().containsKey("layers.2.shortcut.weight"));
    assertTrue(tiny().containsKey("layers.3.shortcut.weight"));
  }

  @Test
  void squeeze_and_excitation_has_a_narrow_hidden_layer() {
    assertArrayEquals(new int[] {4, 16}, tiny().get("layers.3.squeeze.weight").shape());
    assertArrayEquals(new int[] {16, 4}, tiny().get("layers.3.excite.weight").shape());
  }

  @Test
  void the_description_survives_a_json_round_trip(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("network.json");
    Files.writeString(file, TinyNetwork.DESCRIPTION.toJson());
    assertEquals(TinyNetwork.DESCRIPTION, NetworkDescription.read(file));
  }

  @Test
  void an_invalid_description_is_rejected_by_file_name(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("network.json");
    for (String text :
        List.of(
            "{}",
            "{\"layers\":[],\"squeeze\":8,\"dropout\":0}",
            "{\"layers\":[{\"type\":\"magic\"}],\"squeeze\":8,\"dropout\":0}",
            "{\"layers\":[{\"type\":\"residual\",\"width\":0,\"stride\":1}],\"squeeze\":8,\"dropout\":0}",
            "{\"layers\":[{\"type\":\"residual\",\"width\":8,\"stride\":1}],\"squeeze\":8,\"dropout\":1}",
            "not json")) {
      Files.writeString(file, text);
      InvalidModelException e =
          assertThrows(InvalidModelException.class, () -> NetworkDescription.read(file), text);
      assertTrue(e.getMessage().contains("network.json"), e.getMessage());
    }
  }
}
