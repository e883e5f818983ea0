package dev.marque.vision.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import dev.marque.vision.photo.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ActivationRangesTest {

  private static final Heads HEADS = new Heads(3, 0);
  private static final Size SIZE = new Size(32, 48);
  private static final Weights WEIGHTS = TinyNetwork.weights(HEADS, 1);

  private static ActivationRanges ranges(List<float[]> photos) {
    return ActivationRanges.of(TinyNetwork.DESCRIPTION, HEADS, WEIGHTS, photos.stream(), SIZE);
  }

  /** More than one batch. */
  private static List<float[]> photos() {
    Random random = new Random(5);
    List<float[]> photos = new ArrayList<>();
    for (int p = 0; p < 20; p++) {
      float[] photo = new float[SIZE.values()];
      for (int i = 0; i < photo.length; i++) {
        photo[i] = random.nextFloat(-2, 2) * (1 + p % 7) / 7;
      }
      photos.add(photo);
    }
    return photos;
  }

  @Test
  void each_range_is_the_largest_of_all_photos() {
    List<float[]> photos = photos();
    ActivationRanges ranges = ranges(photos);
    ActivationRanges first = ranges(photos.subList(0, 7));
    ActivationRanges rest = ranges(photos.subList(7, 20));
    assertEquals(
        Set.of("layers.0", "layers.2.first", "layers.2", "layers.3.first", "layers.3"),
        ranges.maxima().keySet());
    ranges
        .maxima()
        .forEach(
            (name, maximum) -> {
              assertTrue(maximum > 0, name);
              assertEquals(Math.max(first.maximum(name), rest.maximum(name)), maximum, 1e-4, name);
            });
    ranges.check(TinyNetwork.DESCRIPTION);
  }

  @ParameterizedTest
  @ValueSource(strings = {"layers.0", "layers.2.first", "layers.3"})
  void a_missing_range_is_named(String name) {
    Map<String, Float> some = new java.util.HashMap<>(ranges(photos().subList(0, 1)).maxima());
    some.remove(name);
    ActivationRanges ranges = new ActivationRanges(some);
    InvalidModelException rejection =
        assertThrows(InvalidModelException.class, () -> ranges.check(TinyNetwork.DESCRIPTION));
    assertEquals("there is no range of the activation " + name, rejection.getMessage());
  }

  @Test
  void json_has_one_number_per_activation() throws Exception {
    ObjectMapper json = new ObjectMapper();
    ActivationRanges ranges = new ActivationRanges(Map.of("layers.0", 1.5f));
    assertEquals("{\"layers.0\":1.5}", json.writeValueAsString(ranges));
    assertEquals(ranges, json.readValue("{\"layers.0\":1.5}", ActivationRanges.class));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "\"NaN\"", "\"Infinity\"", "null"})
  void a_range_that_is_no_length_is_rejected(String value) {
    String text = "{\"layers.0\":%s}".formatted(value);
    assertThrows(
        ValueInstantiationException.class,
        () -> new ObjectMapper().readValue(text, ActivationRanges.class));
  }
}
