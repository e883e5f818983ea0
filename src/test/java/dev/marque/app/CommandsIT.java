package dev.marque.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.RunsConcurrently;
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

/** Tests commands in a separate process, with its own memory and environment. */
@RunsConcurrently
class CommandsIT {

  private static final Path PHOTO = Path.of("src/test/resources/photos/audi.jpg");

  @TempDir private Path folder;

  /** Runs a command that fails and returns its error message, which is one line. */
  private String error(Map<String, String> settings, List<String> options, List<String> arguments) {
    try (MarqueProcess process = MarqueProcess.start(folder, settings, options, arguments)) {
      assertEquals(1, process.awaitEnd(), process.err());
      assertEquals(1, process.err().lines().count(), process.err());
      assertTrue(process.err().startsWith("marque: "), process.err());
      return process.err().strip();
    }
  }

  @Test
  void insufficient_memory_is_one_line_that_says_how_to_provide_more() {
    String photo = PHOTO.toAbsolutePath().toString();
    String model = Path.of("model").toAbsolutePath().toString();
    String error =
        error(Map.of(), List.of("-Xmx20m"), List.of("classify", "--model", model, photo));
    assertTrue(error.contains("JAVA_OPTS=-Xmx"), error);
  }

  @ParameterizedTest
  @ValueSource(strings = {"evaluate --data photos", "train --data photos --out out"})
  void the_model_defaults_to_that_of_the_settings(String line) throws IOException {
    for (String brand : List.of("Audi", "BMW")) {
      Path photos = Files.createDirectories(folder.resolve("photos").resolve(brand));
      Files.copy(PHOTO, photos.resolve("one.jpg"));
    }
    Path model = folder.resolve("elsewhere");
    String error =
        error(
            Map.of("marque.model-dir", model.toString()),
            List.of(),
            Arrays.asList(line.split(" ")));
    assertTrue(error.contains(model.toString()), error);
  }
}
