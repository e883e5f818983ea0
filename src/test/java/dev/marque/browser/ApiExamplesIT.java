package dev.marque.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.marque.app.RunningServer;
import dev.marque.app.RunningServer.Person;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the examples of {@code docs/api.md} exactly as the page shows them. */
class ApiExamplesIT {

  private static final Path PAGE = Path.of("docs", "api.md");
  private static final Path AUDI = Path.of("src/test/resources/photos/audi.jpg").toAbsolutePath();
  private static final Pattern EXAMPLE = Pattern.compile("(?ms)^```(\\w+)\n(.*?)^```$");

  private static final RunningServer SERVER = RunningServer.shared();
  private static Map<String, String> examples;

  @TempDir private Path folder;
  private Person person;

  @BeforeAll
  static void read() throws IOException {
    examples = new java.util.TreeMap<>();
    Matcher found = EXAMPLE.matcher(Files.readString(PAGE));
    while (found.find()) {
      String language = found.group(1);
      assertEquals(null, examples.put(language, found.group(2)), "two examples in " + language);
    }
  }

  @BeforeEach
  void prepare() throws IOException {
    person = SERVER.newUser();
    Files.copy(AUDI, folder.resolve("photo.jpg"));
  }

  @Test
  void the_page_has_exactly_these_examples() {
    assertEquals(List.of("java", "javascript", "python", "sh", "text"), names());
  }

  private static List<String> names() {
    return List.copyOf(examples.keySet());
  }

  @Test
  void curl() throws Exception {
    requireInstalled("curl");
    String output = run("example.sh", examples.get("sh"), "sh", "-e");
    assertTrue(output.contains("\"brand\":\"Audi\""), output);
    assertEquals(2, Files.readAllLines(folder.resolve("predictions.csv")).size());
  }

  @Test
  void python() throws Exception {
    requireInstalled("python3");
    String output = run("example.py", examples.get("python"), "python3");
    assertTrue(output.contains("% Audi"), output);
  }

  @Test
  void java() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String output = run("Predict.java", examples.get("java"), java);
    assertTrue(output.contains("\"brand\":\"Audi\""), output);
  }

  @Test
  void javascript() {
    try (Window window = Window.desktop(SERVER.baseUrl())) {
      window.page().navigate("/login");
      Object brand =
          window
              .page()
              .evaluate(
                  "async (token) => {"
                      + examples.get("javascript")
                      + "const photo = await (await fetch('/static/example.jpg')).blob();"
                      + "return (await predict(photo, token)).brands.length; }",
                  person.token());
      assertEquals(3, brand);
    }
  }

  /** Skips the test, with a message in the report, if a program is not installed. */
  private void requireInstalled(String program) throws IOException, InterruptedException {
    boolean installed;
    try {
      installed = new ProcessBuilder(program, "--version").start().waitFor() == 0;
    } catch (IOException e) {
      installed = false;
    }
    assumeTrue(installed, program + " is not installed, so its example in docs/api.md is not run");
  }

  private String run(String file, String example, String... command) throws Exception {
    Files.writeString(folder.resolve(file), example);
    List<String> line = new ArrayList<>(List.of(command));
    line.add(file);
    ProcessBuilder program =
        new ProcessBuilder(line).directory(folder.toFile()).redirectErrorStream(true);
    program
        .environment()
        .putAll(
            Map.of(
                "API", SERVER.baseUrl() + "/api/v1",
                "NAME", person.username(),
                "PASSWORD", person.password(),
                "TOKEN", personalToken()));
    program.redirectOutput(folder.resolve("output").toFile());
    Process running = program.start();
    boolean ended = running.waitFor(2, TimeUnit.MINUTES);
    running.destroyForcibly();
    String output = Files.readString(folder.resolve("output"), StandardCharsets.UTF_8);
    assertTrue(ended && running.exitValue() == 0, output);
    return output;
  }

  private String personalToken() {
    JsonObject request = new JsonObject().put("name", "example").put("expires_in_days", 1);
    String created = SERVER.client(person).json("POST", "/api/v1/tokens", request).body();
    return new JsonObject(created).getString("token");
  }
}
