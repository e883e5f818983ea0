package dev.marque.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NearestNameTest {

  @Test
  void a_misspelled_name_yields_the_name_that_was_meant() {
    assertEquals(Optional.of("port"), NearestName.of("prot", List.of("host", "port", "role")));
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
