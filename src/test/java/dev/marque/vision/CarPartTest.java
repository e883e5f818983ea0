package dev.marque.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.Box;
import dev.marque.vision.photo.Pixels;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CarPartTest {

  private static final Pixels PHOTO = new Pixels(60, 40, new byte[60 * 40 * 3]);

  /** The map has 6 x 4 cells of 10 x 10 pixels, two of which are above the threshold. */
  @Test
  void the_part_surrounds_the_cells_above_the_threshold() {
    float[] map = new float[24];
    map[1 * 6 + 2] = 3;
    map[2 * 6 + 3] = 2;
    map[3 * 6 + 5] = 1;
    assertEquals(Optional.of(new CarPart(new Box(15, 5, 45, 35), 0.375)), part(map));
  }

  @Test
  void a_part_does_not_exceed_the_photo() {
    float[] map = new float[24];
    map[0] = 1;
    assertEquals(new Box(0, 0, 15, 15), part(map).orElseThrow().box());
  }

  @Test
  void a_car_that_fills_the_photo_needs_no_second_look() {
    float[] map = new float[24];
    java.util.Arrays.fill(map, 1);
    assertFalse(part(map).orElseThrow().isWorthCropping());
  }

  @Test
  void there_is_no_part_without_a_car() {
    float[] map = new float[24];
    java.util.Arrays.fill(map, -1);
    assertEquals(Optional.empty(), part(map));
  }

  @Test
  void a_part_of_a_region_lies_within_it() {
    float[] map = new float[24];
    map[0] = 1;
    map[3 * 6 + 5] = 1;
    Box region = new Box(20, 10, 50, 30);
    assertEquals(Optional.of(new CarPart(region, 1)), part(map, region));
    map[0] = 0;
    assertEquals(Optional.of(new CarPart(new Box(42.5, 22.5, 50, 30), 0.09375)), part(map, region));
  }

  private static Optional<CarPart> part(float[] car) {
    return part(car, Box.all(PHOTO));
  }

  /** The car's map follows the maps of two brands, which are not used. */
  private static Optional<CarPart> part(float[] car, Box region) {
    float[] maps = new float[3 * 24];
    System.arraycopy(car, 0, maps, 48, 24);
    return CarPart.of(new ServingProgram.Output(new float[0], maps, 4, 6), 2, region);
  }
}
