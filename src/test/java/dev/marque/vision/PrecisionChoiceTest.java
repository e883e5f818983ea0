package dev.marque.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
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
}
