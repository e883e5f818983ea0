package dev.marque.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.marque.RunsConcurrently;
import dev.marque.training.ColouredShapes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
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
        error(
            Map.of(),
            // A language with digits of its own.
            List.of("-Xmx20m", "-Duser.language=ar", "-Duser.country=EG"),
            List.of("classify", "--model", model, photo));
    assertTrue(
        error.matches(".*\\bJAVA_OPTS=-Xmx\\d+m, or MAVEN_OPTS=-Xmx\\d+m with Maven"), error);
  }

  @Test
  void root_is_told_what_to_do_if_the_system_permits_no_user_namespaces() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root needs them");
    Path programs = Files.createDirectory(folder.resolve("programs"));
    Path unshare = Files.writeString(programs.resolve("unshare"), "#!/bin/sh\nexit 1\n");
    assertTrue(unshare.toFile().setExecutable(true));
    // Like a setting, it becomes a variable of the environment.
    Map<String, String> path = Map.of("path", programs + ":" + System.getenv("PATH"));
    List<String> arguments = List.of("user", "add", "ada", "--password-stdin");
    try (MarqueProcess process = MarqueProcess.start(folder, path, List.of(), arguments)) {
      process.enter("correct horse battery");
      assertEquals(1, process.awaitEnd());
      assertTrue(process.err().contains("run Marque as another user"), process.err());
    }
  }

  /** Adds an account to a running server and returns the status of its request to administer. */
  private int statusOfAdministration(RunningServer server, String... options) {
    String username = "added" + UUID.randomUUID().toString().substring(0, 8);
    String password = "correct horse battery";
    List<String> arguments = new ArrayList<>(List.of("user", "add", username, "--password-stdin"));
    arguments.addAll(List.of(options));
    Map<String, String> settings = Map.of("marque.data-dir", server.dataFolder().toString());
    try (MarqueProcess process = MarqueProcess.start(folder, settings, List.of(), arguments)) {
      process.enter(password);
      assertEquals(0, process.awaitEnd(), process.err());
    }
    RunningServer.Person person = server.signedIn(username, password);
    return server.client(person).get("/api/v1/users").statusCode();
  }

  @Test
  void an_account_added_to_a_running_server_has_its_role_and_the_signing_keys_stay()
      throws IOException {
    RunningServer server = RunningServer.shared();
    // Uses the setup link, which is no longer valid once there is an administrator.
    server.administrator();
    Path keys = server.dataFolder().resolve("keys");
    // A start would replace a key of this age; the server has read it already.
    Path key = keys.resolve("20250101T000000Z.key");
    try (Stream<Path> files = Files.list(keys)) {
      Files.move(files.findFirst().orElseThrow(), key);
    }
    assertEquals(403, statusOfAdministration(server));
    assertEquals(200, statusOfAdministration(server, "--admin"));
    try (Stream<Path> files = Files.list(keys)) {
      assertEquals(List.of(key), files.toList());
    }
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

  @Test
  void a_training_run_that_is_terminated_finishes_its_step_and_does_not_crash() throws IOException {
    ColouredShapes.write(folder.resolve("photos"), 20);
    String network = Path.of("model/network.json").toAbsolutePath().toString();
    List<String> arguments = new ArrayList<>(List.of("train", "--network", network));
    arguments.addAll(List.of("--data photos --out run --batch 16 --sizes 0:96x128".split(" ")));
    try (MarqueProcess process = MarqueProcess.start(folder, Map.of(), List.of(), arguments)) {
      process.awaitOutput("loss");
      process.terminate();
      assertEquals(128 + 15, process.awaitEnd(), process.err());
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(), files.filter(file -> file.toString().contains("hs_err")).toList());
    }
  }
}
