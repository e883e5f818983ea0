package dev.marque.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests that the examples of the contract, which Swagger UI offers as input, conform to its
 * schemas, and that code generators can use these.
 */
class ContractExamplesTest {

  private static final Contract CONTRACT = Contract.ofMarque();
  private static final Map<String, JsonNode> EXAMPLES = CONTRACT.examples();

  static Stream<String> examples() {
    return EXAMPLES.keySet().stream();
  }

  static Stream<String> operations() {
    return CONTRACT.operations().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void an_example_conforms_to_its_schema(String example) {
    assertEquals(List.of(), CONTRACT.violations(example, EXAMPLES.get(example)));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void every_required_input_has_an_example(String operation) {
    for (String input : CONTRACT.requiredInputs(operation)) {
      String example = input + "/example";
      assertTrue(EXAMPLES.keySet().stream().anyMatch(at -> at.startsWith(example)), input);
    }
  }

  /** A bare "null" and an alternative that is no type of its own have none in most languages. */
  @Test
  void code_generators_can_express_every_schema_as_a_type() {
    assertFalse(CONTRACT.values("type").contains(TextNode.valueOf("null")));
    List<JsonNode> choices = CONTRACT.values("oneOf");
    assertFalse(choices.isEmpty());
    for (JsonNode choice : choices) {
      for (JsonNode alternative : choice) {
        assertTrue(
            Stream.of("$ref", "type", "properties").anyMatch(alternative::has),
            alternative.toString());
      }
    }
  }

  @Test
  void an_example_that_violates_its_schema_is_detected() {
    String limit = "/components/parameters/limit/example";
    assertFalse(CONTRACT.violations(limit, IntNode.valueOf(101)).isEmpty());
    String account = "/paths/~1users/post/requestBody/content/application~1json/example";
    assertFalse(CONTRACT.violations(account, JsonNodeFactory.instance.objectNode()).isEmpty());
    assertTrue(EXAMPLES.keySet().containsAll(List.of(limit, account)));
  }
}
