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

/** The shipped model, intact and damaged. */
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

  private String rejection() {
    return String.valueOf(
        assertThrows(InvalidModelException.class, () -> LoadedModel.read(folder)).getMessage());
  }

  @Test
  void unseen_cars_are_recognised_with_the_same_result_alone_and_in_a_batch() throws Exception {
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
    assertTrue(rejection().contains("weights.safetensors"));
  }

  @Test
  void truncated_weights_are_rejected() throws Exception {
    Path weights = folder.resolve("weights.safetensors");
    byte[] complete = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(complete, complete.length - 1000));
    assertTrue(rejection().contains("truncated"));
  }

  @Test
  void weights_of_another_shape_are_rejected_by_tensor_name() throws Exception {
    Path network = folder.resolve("network.json");
    Files.writeString(
        network, Files.readString(network).replaceFirst("\"width\"\\s*:\\s*32", "\"width\": 40"));
    assertTrue(rejection().contains("layers.0.weight has the shape"), rejection());
  }

  @Test
  void ranges_of_another_network_are_rejected_by_activation() throws Exception {
    Path description = folder.resolve("model.json");
    Files.writeString(
        description, Files.readString(description).replace("\"layers.3.first\"", "\"layers.30\""));
    assertEquals("there is no range of the activation layers.3.first", rejection());
  }

  @Test
  void an_invalid_description_is_rejected() throws Exception {
    Files.writeString(folder.resolve("model.json"), "{\"name\": \"x\"}");
    assertTrue(rejection().contains("model.json"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.json", "network.json", "weights.safetensors"})
  void files_are_replaced_and_not_overwritten_in_place(String name) throws Exception {
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
