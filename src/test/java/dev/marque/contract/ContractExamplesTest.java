package dev.marque.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples of the contract, which its page offers for trying, are what its schemas ask for. */
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
  void an_example_holds(String example) {
    assertEquals(List.of(), CONTRACT.faults(example, EXAMPLES.get(example)));
  }

  @ParameterizedTest
  @MethodSource("operations")
  void what_an_operation_needs_is_filled_in_by_an_example(String operation) {
    for (String need : CONTRACT.needs(operation)) {
      assertTrue(EXAMPLES.keySet().stream().anyMatch(at -> at.startsWith(need + "/example")), need);
    }
  }

  @Test
  void an_example_that_does_not_hold_would_be_found() {
    String limit = "/components/parameters/limit/example";
    assertFalse(CONTRACT.faults(limit, IntNode.valueOf(101)).isEmpty());
    String account = "/paths/~1users/post/requestBody/content/application~1json/example";
    assertFalse(CONTRACT.faults(account, JsonNodeFactory.instance.objectNode()).isEmpty());
    assertTrue(EXAMPLES.keySet().containsAll(List.of(limit, account)));
  }
}
