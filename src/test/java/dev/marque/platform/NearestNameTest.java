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
    "MARQUE_UPLOAD_BYTES, MARQUE_LIMITS_UPLOAD_BYTES"
  })
  void a_name_without_one_of_its_words_yields_the_full_name(String name, String meant) {
    List<String> known =
        List.of(
            "MARQUE_CLUSTER_EVENT_BUS_PORT",
            "MARQUE_CLUSTER_PORT",
            "MARQUE_DATABASE_URL",
            "MARQUE_HTTP_PORT",
            "MARQUE_LIMITS_UPLOAD_BYTES",
            "MARQUE_MANAGEMENT_PORT",
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
