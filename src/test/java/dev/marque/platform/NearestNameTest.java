package dev.marque.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {

  @Test
  void a_misspelled_name_yields_the_name_that_was_meant() {
    assertEquals(Optional.of("port"), NearestName.of("prot", List.of("host", "port", "role")));
  }

  @ParameterizedTest
  @CsvSource({
    "MARQUE_PORT, MARQUE_HTTP_PORT",
    "MARQUE_DATABASE, MARQUE_DATABASE_URL",
    "MARQUE_UPLOAD_BYTES, MARQUE_LIMITS_UPLOAD_BYTES",
    "MARQUE_MODEL_PORT, MARQUE_MODEL_DIR"
  })
  void a_name_that_lacks_a_word_finds_the_whole_one(String name, String meant) {
    List<String> known =
        List.of(
            "MARQUE_CLUSTER_EVENT_BUS_PORT",
            "MARQUE_DATABASE_URL",
            "MARQUE_HTTP_PORT",
            "MARQUE_LIMITS_UPLOAD_BYTES",
            "MARQUE_MODEL_DIR",
            "MARQUE_ROLE");
    assertEquals(Optional.of(meant), NearestName.of(name, known));
  }

  @Test
  void a_dissimilar_name_yields_none() {
    assertEquals(Optional.empty(), NearestName.of("coffee", List.of("host", "port")));
  }

  @Test
  void the_edit_distance_is_symmetric() {
    assertEquals(3, NearestName.edits("kitten", "sitting"));
    assertEquals(3, NearestName.edits("sitting", "kitten"));
    assertEquals(4, NearestName.edits("", "port"));
  }
}
