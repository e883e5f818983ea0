package dev.marque.vision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.vision.network.Precision;
import dev.marque.vision.network.PyTorch;
import dev.marque.vision.photo.Box;
import dev.marque.vision.photo.PhotoException;
import dev.marque.vision.photo.Pixels;
import dev.marque.vision.photo.Resampling;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The second and third look of the shipped model, and what they gain. */
class PhotoViewerTest {

  private static final String BRAND = "Volvo";

  /** Ratio of scene to car area at which the first look does not recognise the car. */
  private static final int SCENE_TO_CAR = 6;

  private static LoadedModel model;
  private static PhotoViewer viewer;
  private static Pixels car;

  @BeforeAll
  static void load() throws IOException, PhotoException {
    model = LoadedModel.read(Path.of("model"));
    viewer = new PhotoViewer(model.description(), model.program(Precision.FLOAT32));
    car = Scenes.photo("volvo.jpg");
  }

  @AfterAll
  static void close() {
    viewer.close();
  }

  @Test
  void a_car_that_fills_its_photo_gets_one_look() {
    PhotoViewer.View view = view(car);
    assertEquals(BRAND, top(view.scores()));
    assertSame(view.first(), view.scores());
  }

  @Test
  void a_small_car_in_a_scene_is_recognised_by_a_second_look() {
    PhotoViewer.View view = view(inTheCorner(SCENE_TO_CAR));
    assertNotEquals(BRAND, top(view.first()));
    assertEquals(BRAND, top(view.scores()));
    assertTrue(view.scores().car() > view.first().car());
  }

  /**
   * The car probability is 0.63 after one look, so at most 0.82 after two, and 0.90 after three.
   */
  @Test
  void a_small_car_of_few_pixels_gets_a_third_look() {
    Pixels coarse = Resampling.fit(car, 64);
    Pixels enlarged = Resampling.scaled(coarse, Box.all(coarse), false, car.width(), car.height());
    PhotoViewer.View view = view(Scenes.inTheCorner(enlarged, 5));
    assertNotEquals(BRAND, top(view.first()));
    assertEquals(BRAND, top(view.scores()));
    assertTrue(view.scores().car() > 0.85, "car " + view.scores().car());
  }

  @Test
  void a_photo_without_a_car_gets_one_look() {
    PhotoViewer.View view = view(Scenes.lawn(300, 200));
    assertSame(view.first(), view.scores());
    assertEquals(OptionalDouble.empty(), view.carShare());
  }

  @Test
  void the_looks_at_a_photo_do_not_depend_on_the_batch() {
    List<Pixels> photos =
        List.of(
            Scenes.lawn(300, 200), inTheCorner(SCENE_TO_CAR), car, inTheCorner(3), inTheCorner(4));
    List<PhotoViewer.View> together = views(photos);
    for (int i = 0; i < photos.size(); i++) {
      assertArrayEquals(
          view(photos.get(i)).scores().brands(), together.get(i).scores().brands(), 1e-5);
    }
  }

  private static List<PhotoViewer.View> views(List<Pixels> photos) {
    return viewer.view(photos, photos.stream().map(viewer::input).toList(), PyTorch.ALL_CORES);
  }

  private static PhotoViewer.View view(Pixels photo) {
    return views(List.of(photo)).get(0);
  }

  private static String top(Scores scores) {
    return model.description().labels().brands().get(scores.top());
  }

  private static Pixels inTheCorner(int ratio) {
    return Scenes.inTheCorner(car, ratio);
  }
}
