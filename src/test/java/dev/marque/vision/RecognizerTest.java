package dev.marque.vision;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.vision.Calibration.Point;
import dev.marque.vision.network.Precision;
import dev.marque.vision.network.PyTorch;
import dev.marque.vision.network.ServingProgram;
import dev.marque.vision.photo.Pixels;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The weights of the shipped model with another calibration and other labels. */
class RecognizerTest {

  /** At so high a temperature, all brands are almost equally likely. */
  private static final Calibration CALIBRATION =
      new Calibration(1000, 1.1, 0, 0.9, List.of(new Point(0.1, 0.25), new Point(0.5, 0.75)));

  private static ModelDescription description;
  private static Recognizer recognizer;
  private static PhotoViewer viewer;
  private static Pixels volvo;

  @BeforeAll
  static void load() throws Exception {
    LoadedModel shipped = LoadedModel.read(Path.of("model"));
    description = described(shipped.description());
    LoadedModel model = new LoadedModel(description, shipped.network(), shipped.weights());
    ServingProgram program = model.program(Precision.FLOAT32);
    viewer = new PhotoViewer(description, program);
    recognizer = Recognizer.warm(model, Precision.FLOAT32, program);
    volvo = Scenes.photo("volvo.jpg");
  }

  /** Half of the Audis count as another make, and of the others only the brand is known. */
  private static ModelDescription described(ModelDescription shipped) {
    List<Labels.Model> models = shipped.labels().models();
    List<Labels.Model> changed =
        IntStream.range(0, models.size())
            .mapToObj(
                m -> {
                  Labels.Model model = models.get(m);
                  if (!"Audi".equals(model.brand())) {
                    return model;
                  }
                  return m % 2 == 0
                      ? new Labels.Model(model.name(), null)
                      : new Labels.Model("Audi", "Audi");
                })
            .toList();
    return new ModelDescription(
        shipped.name(),
        shipped.input(),
        shipped.normalization(),
        new Labels(shipped.labels().brands(), changed),
        CALIBRATION,
        shipped.data(),
        null,
        null);
  }

  @AfterAll
  static void close() {
    recognizer.close();
  }

  private static Recognition recognition(Pixels photo) {
    return recognizer.recognize(List.of(recognizer.prepare(photo))).get(0);
  }

  private static PhotoViewer.View view(Pixels photo) {
    return viewer.view(List.of(photo), List.of(viewer.input(photo)), PyTorch.ALL_CORES).get(0);
  }

  @Test
  void the_probabilities_and_their_accuracy_are_calibrated() {
    Recognition car = recognition(volvo);
    assertEquals("Volvo", car.brands().get(0).name());
    assertTrue(car.brands().get(0).probability() < 0.1, car.brands().toString());
    assertEquals(0.25, car.accuracyAtThisConfidence());
  }

  @Test
  void the_closest_models_are_the_most_likely_ones_of_known_brands() throws Exception {
    Pixels audi = Scenes.photo("audi.jpg");
    double[] probabilities = view(audi).scores().models();
    List<Labels.Model> models = description.labels().models();
    List<String> expected =
        IntStream.range(0, models.size())
            .boxed()
            .sorted(Comparator.comparing((Integer m) -> -probabilities[m]))
            .map(models::get)
            .filter(model -> model.brand() != null && !model.name().equals("Audi"))
            .limit(3)
            .map(Labels.Model::name)
            .toList();
    Recognition recognition = recognition(audi);
    assertEquals("Audi", recognition.brands().get(0).name());
    assertEquals(expected, recognition.closestModels().stream().map(Scored::name).toList());
  }

  @Test
  void only_a_car_has_traits() {
    Traits.Reader reader = new Traits.Reader(description.labels().models());
    Traits ofCar = reader.read(view(volvo).scores().models());
    assertNotEquals(Traits.NONE, ofCar);
    assertEquals(ofCar, recognition(volvo).traits());
    Pixels lawn = Scenes.lawn(300, 200);
    assertNotEquals(Traits.NONE, reader.read(view(lawn).scores().models()));
    assertEquals(Verdict.NOT_A_CAR, recognition(lawn).verdict());
    assertEquals(Traits.NONE, recognition(lawn).traits());
  }

  @Test
  void a_small_car_in_a_dark_scene_gets_both_pieces_of_advice() {
    Pixels scene = Scenes.inTheCorner(volvo, 6);
    assertEquals(List.of("car_small"), recognition(scene).advice());
    Prepared dark = new Prepared(scene, viewer.input(scene), List.of(Advice.TOO_DARK));
    assertEquals(
        List.of("too_dark", "car_small"), recognizer.recognize(List.of(dark)).get(0).advice());
  }

  @Test
  void the_heat_map_shows_where_the_top_brand_is() {
    Pixels scene = Scenes.inTheCorner(volvo, 6);
    HeatMap map = recognition(scene).heatMap();
    PhotoViewer.View view = view(scene);
    int cells = map.width() * map.height();
    int strongest =
        IntStream.range(0, cells).boxed().max(Comparator.comparing(i -> map.cells()[i])).get();
    assertTrue(strongest / map.width() >= map.height() / 2, "below the middle");
    assertTrue(strongest % map.width() >= map.width() / 2, "right of the middle");
    int from = view.scores().top() * cells;
    float[] maps = view.firstOutput().maps();
    float[] expected = new float[cells];
    for (int i = 0; i < cells; i++) {
      expected[i] = Math.max(0, maps[from + i] / maps[from + strongest]);
    }
    assertArrayEquals(expected, map.cells(), 1e-3f);
  }
}
