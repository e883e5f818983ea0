package dev.marque.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.vision.photo.Pixels;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DistortionTest {

  private static final Pixels PHOTO = gradient(240, 160);
  private static final List<Pixels> SCENES = List.of(gradient(30, 200), gradient(99, 7));

  @ParameterizedTest
  @EnumSource
  void a_distortion_changes_the_photo_and_is_deterministic(Distortion distortion) {
    for (int number = 0; number < 4; number++) {
      Pixels once = distortion.apply(PHOTO, SCENES, number);
      assertFalse(Arrays.equals(PHOTO.rgb(), once.rgb()), distortion.words());
      assertArrayEquals(once.rgb(), distortion.apply(PHOTO, SCENES, number).rgb());
    }
  }

  @Test
  void mirroring_twice_restores_the_photo() {
    Pixels twice =
        Distortion.MIRRORED.apply(Distortion.MIRRORED.apply(PHOTO, SCENES, 0), SCENES, 0);
    assertArrayEquals(PHOTO.rgb(), twice.rgb());
  }

  @ParameterizedTest
  @CsvSource({"IN_A_SCENE, 3", "SMALL_IN_A_SCENE, 6"})
  void a_scene_contains_the_complete_car_in_a_part_of_its_area(Distortion distortion, int parts) {
    Pixels white = new Pixels(120, 80, filled(120 * 80 * 3));
    Pixels black = new Pixels(10, 10, new byte[300]);
    for (int number = 0; number < 50; number++) {
      Pixels scene = distortion.apply(white, List.of(black), number);
      int bright = 0;
      for (byte value : scene.rgb()) {
        bright += value == (byte) 255 ? 1 : 0;
      }
      assertEquals(white.rgb().length, bright);
      assertEquals(1.0 / parts, (double) bright / scene.rgb().length, 0.02);
    }
  }

  @Test
  void cutting_removes_a_quarter_and_scaling_leaves_96_pixels() {
    assertEquals(180, Distortion.CUT_AT_ONE_SIDE.apply(PHOTO, SCENES, 1).width());
    Pixels small = Distortion.LONG_SIDE_96.apply(PHOTO, SCENES, 0);
    assertEquals(96, Math.max(small.width(), small.height()));
    assertTrue(small.height() > 60);
  }

  private static byte[] filled(int length) {
    byte[] rgb = new byte[length];
    Arrays.fill(rgb, (byte) 255);
    return rgb;
  }

  private static Pixels gradient(int width, int height) {
    byte[] rgb = new byte[width * height * 3];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int at = (y * width + x) * 3;
        rgb[at] = (byte) (255 * x / width);
        rgb[at + 1] = (byte) (255 * y / height);
        rgb[at + 2] = (byte) (x * y);
      }
    }
    return new Pixels(width, height, rgb);
  }
}
