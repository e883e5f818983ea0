package dev.marque.vision.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class QuantizedKernelTest {

  @Property
  void each_weight_is_rounded_to_the_nearest_of_127_steps(
      @ForAll @Size(8) float @FloatRange(min = -1e6f, max = 1e6f) [] kernel) {
    QuantizedKernel quantized = QuantizedKernel.of(kernel, 2);
    for (int i = 0; i < kernel.length; i++) {
      float step = quantized.steps()[i / 4];
      float integer = quantized.integers()[i];
      assertEquals(Math.rint(integer), integer);
      assertTrue(Math.abs(integer) <= QuantizedKernel.MAX);
      assertEquals(kernel[i], integer * step, step * 0.501);
    }
  }

  @Test
  void the_largest_weight_of_each_output_channel_takes_all_steps() {
    QuantizedKernel quantized = QuantizedKernel.of(new float[] {1, -63, 0.5f, 0.2f, 0, 0}, 3);
    assertArrayEquals(new float[] {1, -63, 63, 25, 0, 0}, quantized.integers());
    assertEquals(1, quantized.steps()[0]);
    assertEquals(0.5f / 63, quantized.steps()[1]);
  }

  @Test
  void two_products_with_the_largest_activation_fit_into_16_bits() {
    assertTrue(2 * 255 * QuantizedKernel.MAX <= Short.MAX_VALUE);
  }
}
