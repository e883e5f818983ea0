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

/** Tests the bill of materials that {@code mvn package} writes for the parts it ships. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BillOfMaterialsIT {

  private static final Path SHIPPED = Path.of("target", "marque", "lib");

  private List<JsonObject> components;

  @BeforeAll
  void read() throws IOException {
    Path file = Path.of("target", "bom.json");
    assumeTrue(Files.exists(file), "Maven does not write it in offline mode");
    JsonObject bill = new JsonObject(Files.readString(file));
    assertEquals("CycloneDX", bill.getString("bomFormat"));
    components = bill.getJsonArray("components").stream().map(JsonObject.class::cast).toList();
  }

  @Test
  void every_shipped_jar_is_listed_with_its_version() throws IOException {
    Set<String> listed =
        components.stream()
            .map(part -> part.getString("name") + "-" + part.getString("version"))
            .collect(Collectors.toSet());
    try (Stream<Path> jars = Files.list(SHIPPED)) {
      List<String> missing =
          jars.map(jar -> jar.getFileName().toString())
              .filter(jar -> !jar.startsWith("marque-"))
              .filter(jar -> listed.stream().noneMatch(jar::startsWith))
              .toList();
      assertEquals(List.of(), missing);
    }
    assertTrue(components.size() > 50, components.size() + " parts");
  }

  @Test
  void no_test_dependency_is_shipped() {
    List<String> testDependencies =
        components.stream()
            .map(part -> part.getString("name"))
            .filter(name -> name.matches(".*(junit|playwright|rest-assured|archunit).*"))
            .toList();
    assertEquals(List.of(), testDependencies);
  }

  @Test
  void every_part_has_a_licence() {
    List<String> unlicensed =
        components.stream()
            .filter(part -> part.getJsonArray("licenses", new JsonArray()).isEmpty())
            .map(part -> part.getString("purl"))
            .toList();
    assertEquals(List.of(), unlicensed);
  }
}
