package dev.marque.vision.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {

  private static final Safetensors SAMPLE =
      new Safetensors(
          List.of(
              new Tensor("a.weight", new int[] {2, 3}, new float[] {1, -2, 0.5f, 0, 1e-6f, 100}),
              new Tensor("b", new int[] {1}, new float[] {3})),
          Map.of("epoch", "7"));

  @Test
  void values_shapes_and_metadata_survive_a_round_trip(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("w.safetensors");
    SAMPLE.write(file, Safetensors.Format.F32);
    Safetensors read = Safetensors.read(file);
    assertEquals(SAMPLE.metadata(), read.metadata());
    Weights weights = new Weights(read.tensors());
    for (Tensor tensor : SAMPLE.tensors()) {
      assertArrayEquals(tensor.values(), weights.values(tensor.name()));
    }
  }

  @Test
  void half_precision_takes_half_the_space(@TempDir Path folder) throws Exception {
    Path single = folder.resolve("single");
    Path half = folder.resolve("half");
    SAMPLE.write(single, Safetensors.Format.F32);
    SAMPLE.write(half, Safetensors.Format.F16);
    assertEquals(7 * 2, Files.size(single) - Files.size(half));
    assertArrayEquals(
        new float[] {1, -2, 0.5f, 0, 1e-6f, 100},
        new Weights(Safetensors.read(half).tensors()).values("a.weight"),
        1e-7f);
  }

  @Test
  void a_file_truncated_anywhere_is_rejected(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("w.safetensors");
    SAMPLE.write(file, Safetensors.Format.F32);
    byte[] complete = Files.readAllBytes(file);
    for (int length = 0; length < complete.length; length++) {
      Files.write(file, Arrays.copyOf(complete, length));
      InvalidModelException e =
          assertThrows(InvalidModelException.class, () -> Safetensors.read(file));
      assertTrue(e.getMessage().contains("truncated"), e.getMessage());
    }
  }

  @Test
  void an_inconsistent_header_is_rejected(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("w.safetensors");
    for (String header :
        List.of(
            "[]",
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,400]}}",
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,4]}}",
            "{\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}")) {
      byte[] text = header.getBytes(StandardCharsets.UTF_8);
      ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + 8).order(ByteOrder.LITTLE_ENDIAN);
      Files.write(file, bytes.putLong(text.length).put(text).array());
      assertThrows(InvalidModelException.class, () -> Safetensors.read(file), header);
    }
  }

  @Property
  void a_half_is_within_half_a_unit_of_the_value(
      @ForAll @FloatRange(min = -65000, max = 65000) float value) {
    float half = HalfPrecision.toFloat(HalfPrecision.toHalf(value));
    float step = Math.max(0x1p-24f, Math.ulp(value) * (1 << 13));
    assertTrue(Math.abs(half - value) <= step / 2 * 1.0001f, value + " became " + half);
  }

  @Property
  void every_half_survives_a_round_trip(@ForAll short half) {
    float value = HalfPrecision.toFloat(half);
    if (!Float.isNaN(value)) {
      assertEquals(half, HalfPrecision.toHalf(value));
    }
  }
}
