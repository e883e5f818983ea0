package dev.marque.vision.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.marque.vision.photo.Size;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadedProgramTest {

  private static LoadedProgram program(String result, String prepared) {
    return LoadedProgram.load(file -> write(file, result, prepared));
  }

  private static void write(Path file, String result, String prepared) throws IOException {
    ModuleBuilder module = new ModuleBuilder();
    module.method("prepare", "Tensor", List.of(), prepared);
    module.write(file, "Tensor", result, false);
  }

  @Test
  void a_program_gets_photos_in_channels_first_order() {
    try (LoadedProgram program =
        program("torch.select(torch.select(photos, 0, 1), 0, 2)", "torch.zeros([1])")) {
      program.call("prepare");
      float[] first = new float[6];
      float[] second = {1, 2, 3, 4, 5, 6};
      float[] blue =
          program.run(
              List.of(first, second), new Size(1, 2), 1, answer -> answer.head().toFloatArray());
      assertEquals(List.of(3f, 6f), List.of(blue[0], blue[1]));
    }
  }

  /** PyTorch for other processors lacks some operators. */
  @ParameterizedTest
  @ValueSource(strings = {"ops.onednn.no_such_operator(photos)", "photos photos"})
  void a_program_that_pytorch_does_not_know_is_invalid(String result) {
    assertThrows(InvalidModelException.class, () -> program(result, "torch.zeros([1])"));
  }

  @Test
  void a_method_that_fails_makes_the_program_invalid() {
    try (LoadedProgram program =
        program("photos", "torch.matmul(torch.zeros([2]), torch.zeros([3]))")) {
      assertThrows(InvalidModelException.class, () -> program.call("prepare"));
    }
  }
}
