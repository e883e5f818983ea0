package dev.marque.platform;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/** The files by which others deploy Marque name settings that exist, with values that they take. */
class DeployTest {

  private static final Path DEPLOY = Path.of("deploy");
  private static final Pattern VARIABLE = Pattern.compile("MARQUE_[A-Z_]+");

  @TempDir private Path folder;

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(DEPLOY)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static List<Path> yaml() throws IOException {
    return files().stream().filter(file -> file.toString().endsWith(".yaml")).toList();
  }

  private static Iterable<Object> documents(Path file) throws IOException {
    LoaderOptions strict = new LoaderOptions();
    strict.setAllowDuplicateKeys(false);
    return new Yaml(strict).loadAll(Files.readString(file));
  }

  @ParameterizedTest
  @MethodSource("files")
  void every_variable_is_a_setting(Path file) throws IOException {
    Set<String> known =
        SettingsFile.names().stream()
            .map(name -> name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"))
            .collect(Collectors.toSet());
    Set<String> named =
        VARIABLE
            .matcher(Files.readString(file))
            .results()
            .map(match -> match.group())
            .collect(Collectors.toCollection(TreeSet::new));
    named.removeAll(known);
    assertTrue(named.isEmpty(), file + " names " + named);
  }

  @ParameterizedTest
  @MethodSource("yaml")
  void every_yaml_file_is_a_map_of_its_kind(Path file) throws IOException {
    for (Object document : documents(file)) {
      Map<?, ?> map = (Map<?, ?>) document;
      assertTrue(
          Stream.of("kind", "services", "groups").anyMatch(map::containsKey), file.toString());
    }
  }

  @Test
  void every_node_of_the_compose_file_has_settings_that_hold() throws IOException {
    Map<?, ?> compose = (Map<?, ?>) documents(DEPLOY.resolve("compose.yaml")).iterator().next();
    Map<?, ?> services = (Map<?, ?>) compose.get("services");
    for (String name : List.of("web-1", "web-2", "inference-1", "inference-2")) {
      Map<?, ?> service = (Map<?, ?>) services.get(name);
      assertFalse(service == null, name);
      Map<?, ?> environment = (Map<?, ?>) service.get("environment");
      Map<String, String> variables =
          environment.entrySet().stream()
              .collect(
                  Collectors.toMap(
                      entry -> (String) entry.getKey(), entry -> filledIn(entry.getValue())));
      Settings settings =
          assertDoesNotThrow(() -> SettingsFile.load(variables, folder), name + " " + variables);
      assertTrue(settings.clustered(), name);
      assertEquals(Settings.LogFormat.JSON, settings.logs().format(), name);
      assertTrue(name.startsWith(settings.role().name().toLowerCase(Locale.ROOT)), name);
    }
  }

  /** As compose does it, with a word for every secret. */
  private static String filledIn(Object value) {
    return value
        .toString()
        .replaceAll("\\$\\{[A-Z_]+:-([^}]*)}", "$1")
        .replaceAll("\\$\\{[^}]*}", "secret");
  }
}
