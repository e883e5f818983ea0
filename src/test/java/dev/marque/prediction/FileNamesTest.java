package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileNamesTest {

  @ParameterizedTest
  @CsvSource({
    "p.jpg, p.jpg",
    "../../etc/passwd, passwd",
    "C:\\Users\\me\\p.jpg, p.jpg",
    "/, photo",
    "'', photo",
    "'  ', photo",
    ".., photo",
    "Käfer 1.jpg, Käfer 1.jpg",
    "<script>.jpg, <script>.jpg",
  })
  void only_the_last_component_of_a_path_is_kept(String sent, String shown) {
    assertEquals(shown, FileNames.clean(sent));
  }

  @Test
  void control_and_text_direction_characters_are_removed() {
    assertEquals("agpj.exe", FileNames.clean("a\u202egpj.exe"));
    assertEquals("abSet-Cookie: x", FileNames.clean("a\r\nb\0Set-Cookie: x"));
  }

  @Property
  void every_name_is_short_and_visible_and_not_a_path(@ForAll String sent) {
    String shown = FileNames.clean(sent);
    assertFalse(shown.isBlank());
    assertTrue(shown.length() <= 200);
    assertTrue(
        shown.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c)), shown);
    assertEquals(shown, FileNames.clean(shown));
  }
}
