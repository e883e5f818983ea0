package dev.marque.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NearestNameTest {

  @Test
  void a_misspelt_name_finds_the_one_that_was_meant() {
    assertEquals(Optional.of("port"), NearestName.of("prot", List.of("host", "port", "role")));
  }

  @Test
  void a_name_like_none_finds_none() {
    assertEquals(Optional.empty(), NearestName.of("coffee", List.of("host", "port")));
  }

  @Test
  void edits_are_counted_in_both_directions_alike() {
    assertEquals(3, NearestName.edits("kitten", "sitting"));
    assertEquals(3, NearestName.edits("sitting", "kitten"));
    assertEquals(4, NearestName.edits("", "port"));
  }
}
