package dev.marque.vision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.vision.network.InvalidModelException;
import dev.marque.vision.photo.Photo;
import dev.marque.vision.photo.PhotoLimits;
import dev.marque.vision.photo.PhotoReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The model that is shipped, whole and damaged. */
class LoadedModelTest {

  private static final Path SHIPPED = Path.of("model");
  private static final Path PHOTOS = Path.of("src/test/resources/photos");

  @TempDir private Path folder;

  @BeforeEach
  void copy() throws Exception {
    for (String file : List.of("model.json", "network.json", "weights.safetensors")) {
      Files.copy(SHIPPED.resolve(file), folder.resolve(file));
    }
  }

  private String refusal() {
    return String.valueOf(
        assertThrows(InvalidModelException.class, () -> LoadedModel.read(folder)).getMessage());
  }

  @Test
  void it_recognises_cars_it_was_not_trained_on_the_same_alone_and_together() throws Exception {
    try (Recognizer recognizer = Recognizer.load(folder)) {
      Prepared audi = prepare(recognizer, "audi.jpg");
      Prepared volvo = prepare(recognizer, "volvo.jpg");
      List<Recognition> together = recognizer.recognize(List.of(audi, volvo));
      assertEquals("Audi", together.get(0).brands().get(0).name());
      assertEquals("Volvo", together.get(1).brands().get(0).name());
      Recognition alone = recognizer.recognize(List.of(volvo)).get(0);
      assertEquals(
          together.get(1).brands().get(0).probability(), alone.brands().get(0).probability(), 1e-2);
      assertEquals(25, alone.brands().size());
      assertEquals(1, alone.brands().stream().mapToDouble(Scored::probability).sum(), 1e-6);
      assertEquals(3, alone.closestModels().size());
      assertTrue(alone.carProbability() > 0.5);
    }
  }

  private static Prepared prepare(Recognizer recognizer, String name) throws Exception {
    byte[] bytes = Files.readAllBytes(PHOTOS.resolve(name));
    Photo photo = PhotoReader.read(bytes, PhotoLimits.GENEROUS, 512);
    return recognizer.prepare(photo.pixels());
  }

  @Test
  void a_missing_file_is_named() throws Exception {
    Files.delete(folder.resolve("weights.safetensors"));
    assertTrue(refusal().contains("weights.safetensors"));
  }

  @Test
  void weights_cut_short_are_refused() throws Exception {
    Path weights = folder.resolve("weights.safetensors");
    byte[] whole = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(whole, whole.length - 1000));
    assertTrue(refusal().contains("truncated"));
  }

  @Test
  void weights_of_another_shape_are_refused_with_the_tensor_and_both_shapes() throws Exception {
    Path network = folder.resolve("network.json");
    Files.writeString(
        network, Files.readString(network).replaceFirst("\"width\"\\s*:\\s*32", "\"width\": 40"));
    assertTrue(refusal().contains("layers.0.weight has the shape"), refusal());
  }

  @Test
  void a_description_that_is_no_model_is_refused() throws Exception {
    Files.writeString(folder.resolve("model.json"), "{\"name\": \"x\"}");
    assertTrue(refusal().contains("model.json"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.json", "network.json", "weights.safetensors"})
  void a_new_file_replaces_the_old_one_and_is_never_written_into_it(String name) throws Exception {
    LoadedModel model = LoadedModel.read(folder);
    Files.write(folder.resolve(name), new byte[] {1});
    Path old = Files.createLink(folder.resolve("old"), folder.resolve(name));
    model.write(folder);
    assertEquals(1, Files.size(old));
    assertEquals(model.description(), LoadedModel.read(folder).description());
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(4, files.count(), "the three files and the link");
    }
  }
}
