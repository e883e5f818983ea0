package dev.marque.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.vision.network.Heads;
import dev.marque.vision.network.Precision;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.network.TinyNetwork;
import dev.marque.vision.photo.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrecisionChoiceTest {

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "flags           : fpu sse avx2 avx512f avx512_bf16 rdpid, true",
    "flags           : fpu avx2 avx_vnni avx_ne_convert, true",
    "flags           : fpu amx_bf16 amx_tile, true",
    "Features        : fp asimd i8mm bf16 dgh, true",
    "flags           : fpu sse avx2 fma avx512f avx512_vnni, false",
    "Features        : fp asimd evtstrm aes, false",
  })
  void bfloat16_is_known_by_the_names_of_its_instructions(String line, boolean expected)
      throws IOException {
    Path processors = folder.resolve("cpuinfo");
    Files.writeString(processors, "processor       : 0\n" + line + "\nbogomips        : 4890.80\n");
    assertEquals(expected, PrecisionChoice.hasBfloat16(processors));
  }

  @Test
  void where_the_system_does_not_list_them_bfloat16_is_tried() {
    assertTrue(PrecisionChoice.hasBfloat16(folder.resolve("missing")));
  }

  @Test
  @EnabledOnOs(architectures = "amd64")
  void the_shipped_model_is_served_in_eight_bits() {
    PrecisionChoice choice = PrecisionChoice.of(LoadedModel.read(Path.of("model")));
    choice.program().close();
    assertEquals(Precision.INT8, choice.precision());
  }

  @Test
  void a_model_without_ranges_is_served_in_floating_point() {
    LoadedModel shipped = LoadedModel.read(Path.of("model"));
    ModelDescription description = shipped.description();
    PrecisionChoice choice =
        PrecisionChoice.of(shipped.with(description.with(description.calibration(), null)));
    choice.program().close();
    assertNotEquals(Precision.INT8, choice.precision());
  }

  @Test
  void other_answers_are_not_taken_for_rounding() {
    Heads heads = new Heads(3, 0);
    Size size = new Size(32, 48);
    try (ServingProgram one = tiny(heads, 1, Precision.FLOAT32);
        ServingProgram rounded = tiny(heads, 1, Precision.BFLOAT16);
        ServingProgram other = tiny(heads, 2, Precision.FLOAT32)) {
      List<float[]> photos = PrecisionChoice.photos(size);
      assertTrue(PrecisionChoice.agrees(rounded, one, photos, size));
      assertFalse(PrecisionChoice.agrees(other, one, photos, size));
    }
  }

  private static ServingProgram tiny(Heads heads, long seed, Precision precision) {
    return ServingProgram.load(
        TinyNetwork.DESCRIPTION, heads, TinyNetwork.weights(heads, seed), precision);
  }
}
