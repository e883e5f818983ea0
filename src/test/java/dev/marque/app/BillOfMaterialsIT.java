package dev.marque.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What {@code mvn package} says of the parts that it ships, beside what it ships. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BillOfMaterialsIT {

  private static final Path SHIPPED = Path.of("target", "marque", "lib");

  private List<JsonObject> components;

  @BeforeAll
  void read() throws IOException {
    Path file = Path.of("target", "bom.json");
    assumeTrue(Files.exists(file), "Maven makes it only where it is not told to stay offline");
    JsonObject bill = new JsonObject(Files.readString(file));
    assertEquals("CycloneDX", bill.getString("bomFormat"));
    components = bill.getJsonArray("components").stream().map(JsonObject.class::cast).toList();
  }

  @Test
  void every_jar_that_is_shipped_is_in_it_with_its_version() throws IOException {
    Set<String> known =
        components.stream()
            .map(part -> part.getString("name") + "-" + part.getString("version"))
            .collect(Collectors.toSet());
    try (Stream<Path> jars = Files.list(SHIPPED)) {
      List<String> unknown =
          jars.map(jar -> jar.getFileName().toString())
              .filter(jar -> !jar.startsWith("marque-"))
              .filter(jar -> known.stream().noneMatch(jar::startsWith))
              .toList();
      assertEquals(List.of(), unknown);
    }
    assertTrue(components.size() > 50, components.size() + " parts");
  }

  @Test
  void nothing_of_the_tests_is_shipped() {
    List<String> ofTests =
        components.stream()
            .map(part -> part.getString("name"))
            .filter(name -> name.matches(".*(junit|playwright|rest-assured|archunit).*"))
            .toList();
    assertEquals(List.of(), ofTests);
  }

  @Test
  void every_part_has_a_licence() {
    List<String> without =
        components.stream()
            .filter(part -> part.getJsonArray("licenses", new JsonArray()).isEmpty())
            .map(part -> part.getString("purl"))
            .toList();
    assertEquals(List.of(), without);
  }
}
