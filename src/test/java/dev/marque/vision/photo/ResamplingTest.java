package dev.marque.vision.photo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ResamplingTest {

  private static Pixels noise(int width, int height) {
    byte[] rgb = new byte[width * height * 3];
    new Random(1).nextBytes(rgb);
    return new Pixels(width, height, rgb);
  }

  @Property(tries = 50)
  void a_plain_photo_keeps_its_colour_at_any_size(
      @ForAll @IntRange(min = 1, max = 60) int width,
      @ForAll @IntRange(min = 1, max = 60) int height,
      @ForAll @IntRange(min = 1, max = 80) int toWidth,
      @ForAll @IntRange(min = 1, max = 80) int toHeight,
      @ForAll @IntRange(min = 0, max = 255) int value) {
    byte[] rgb = new byte[width * height * 3];
    Arrays.fill(rgb, (byte) value);
    Pixels photo = new Pixels(width, height, rgb);
    float[] scaled = new float[toWidth * toHeight * 3];
    Box beyond = new Box(-3, -2, width + 4, height + 1);
    Resampling.scale(photo, beyond, false, toWidth, toHeight, scaled);
    for (float v : scaled) {
      assertEquals(value, v, 0.01f);
    }
  }

  @Test
  void scaling_to_the_same_size_changes_nothing() {
    Pixels photo = noise(7, 5);
    float[] scaled = new float[7 * 5 * 3];
    Resampling.scale(photo, Box.all(photo), false, 7, 5, scaled);
    for (int i = 0; i < scaled.length; i++) {
      assertEquals(photo.rgb()[i] & 0xff, scaled[i], 1e-3f);
    }
  }

  @Test
  void mirroring_swaps_left_and_right() {
    Pixels photo = noise(8, 3);
    float[] plain = new float[4 * 3 * 3];
    float[] mirrored = new float[4 * 3 * 3];
    Resampling.scale(photo, Box.all(photo), false, 4, 3, plain);
    Resampling.scale(photo, Box.all(photo), true, 4, 3, mirrored);
    for (int y = 0; y < 3; y++) {
      for (int x = 0; x < 4; x++) {
        assertEquals(plain[(y * 4 + x) * 3], mirrored[(y * 4 + 3 - x) * 3], 1e-4f);
      }
    }
  }

  @Test
  void shrinking_averages_pixels() {
    byte[] stripes = new byte[64 * 4 * 3];
    for (int i = 0; i < stripes.length; i++) {
      stripes[i] = (byte) (i / 3 % 2 == 0 ? 0 : 255);
    }
    float[] scaled = new float[4 * 4 * 3];
    Pixels photo = new Pixels(64, 4, stripes);
    Resampling.scale(photo, Box.all(photo), false, 4, 4, scaled);
    for (int i = 3; i < 9; i++) {
      assertEquals(127.5f, scaled[i], 4, "away from the photo's border");
    }
  }

  @Test
  void fitting_keeps_the_aspect_ratio_and_does_not_change_small_photos() {
    Pixels small = noise(100, 50);
    assertEquals(small, Resampling.fit(small, 160));
    Pixels fitted = Resampling.fit(noise(1000, 300), 160);
    assertEquals(160, fitted.width());
    assertEquals(48, fitted.height());
  }
}
