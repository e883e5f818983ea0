package dev.marque.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.Box;
import dev.marque.vision.photo.PhotoLimits;
import dev.marque.vision.photo.PhotoReader;
import dev.marque.vision.photo.Pixels;
import dev.marque.vision.photo.Resampling;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdviceTest {

  private static final Scores ANY = new Scores(new double[] {1}, new double[0], 0, 1);

  private static Pixels volvo(int longSide) throws Exception {
    byte[] file = Files.readAllBytes(Path.of("src/test/resources/photos/volvo.jpg"));
    Pixels photo = PhotoReader.read(file, PhotoLimits.GENEROUS, 4000).pixels();
    return Resampling.scaled(
        photo, Box.all(photo), false, longSide, longSide * photo.height() / photo.width());
  }

  private static Pixels darker(Pixels photo, int factor) {
    byte[] rgb = new byte[photo.rgb().length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) ((photo.rgb()[i] & 0xff) / factor);
    }
    return new Pixels(photo.width(), photo.height(), rgb);
  }

  private static Pixels blurred(Pixels photo) {
    Pixels coarse = Resampling.fit(photo, 60);
    return Resampling.scaled(coarse, Box.all(coarse), false, photo.width(), photo.height());
  }

  @ParameterizedTest
  @ValueSource(ints = {120, 256, 512, 1024})
  void a_good_photo_of_any_size_gets_no_advice(int longSide) throws Exception {
    assertEquals(List.of(), Advice.of(volvo(longSide)));
  }

  @Test
  void a_tiny_photo_is_too_small() throws Exception {
    assertEquals(List.of(Advice.TOO_SMALL), Advice.of(volvo(90)));
  }

  @Test
  void a_dark_photo_is_too_dark_but_not_blurred() throws Exception {
    assertEquals(List.of(Advice.TOO_DARK), Advice.of(darker(volvo(300), 16)));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 6})
  void a_photo_with_little_light_is_not_taken_for_a_blurred_one(int factor) throws Exception {
    assertEquals(List.of(), Advice.of(darker(volvo(300), factor)));
    assertEquals(List.of(Advice.BLURRED), Advice.of(darker(blurred(volvo(300)), factor)));
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 512, 1024})
  void a_photo_of_any_size_without_edges_is_blurred(int longSide) throws Exception {
    assertEquals(List.of(Advice.BLURRED), Advice.of(blurred(volvo(longSide))));
  }

  @Test
  void a_photo_of_one_color_is_blurred() {
    byte[] grey = new byte[200 * 150 * 3];
    Arrays.fill(grey, (byte) 128);
    assertEquals(List.of(Advice.BLURRED), Advice.of(new Pixels(200, 150, grey)));
  }

  @Test
  void a_car_that_covers_little_of_the_photo_is_small() {
    assertEquals(Optional.of(Advice.CAR_SMALL), Advice.of(view(OptionalDouble.of(0.1))));
    assertEquals(Optional.empty(), Advice.of(view(OptionalDouble.of(0.8))));
    assertEquals(Optional.empty(), Advice.of(view(OptionalDouble.empty())));
  }

  private static PhotoViewer.View view(OptionalDouble carShare) {
    ServingProgram.Output output = new ServingProgram.Output(new float[0], new float[0], 1, 1);
    return new PhotoViewer.View(ANY, ANY, output, carShare);
  }
}
