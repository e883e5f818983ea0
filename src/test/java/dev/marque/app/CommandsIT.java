package dev.marque.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands in a process of their own, with its memory and its environment. */
class CommandsIT {

  private static final Path PHOTO = Path.of("src/test/resources/photos/audi.jpg");

  @TempDir private Path folder;

  /** The one line that a command ends with. */
  private String complaint(
      Map<String, String> settings, List<String> options, List<String> arguments) {
    try (MarqueProcess process = MarqueProcess.start(folder, settings, options, arguments)) {
      assertEquals(1, process.awaitEnd(), process.err());
      assertEquals(1, process.err().lines().count(), process.err());
      assertTrue(process.err().startsWith("marque: "), process.err());
      return process.err().strip();
    }
  }

  @Test
  void too_little_memory_is_one_line_that_says_how_to_give_more() {
    String photo = PHOTO.toAbsolutePath().toString();
    String model = Path.of("model").toAbsolutePath().toString();
    String complaint =
        complaint(Map.of(), List.of("-Xmx20m"), List.of("classify", "--model", model, photo));
    assertTrue(complaint.contains("JAVA_OPTS=-Xmx"), complaint);
  }

  @ParameterizedTest
  @ValueSource(strings = {"evaluate --data photos", "train --data photos --out out"})
  void a_model_that_no_option_names_is_that_of_the_settings(String line) throws IOException {
    for (String brand : List.of("Audi", "BMW")) {
      Path photos = Files.createDirectories(folder.resolve("photos").resolve(brand));
      Files.copy(PHOTO, photos.resolve("one.jpg"));
    }
    Path model = folder.resolve("elsewhere");
    String complaint =
        complaint(
            Map.of("marque.model-dir", model.toString()),
            List.of(),
            Arrays.asList(line.split(" ")));
    assertTrue(complaint.contains(model.toString()), complaint);
  }
}
