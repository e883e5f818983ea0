package dev.marque.prediction;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import java.util.ResourceBundle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RefusalTest {

  @ParameterizedTest
  @EnumSource
  void every_refusal_has_a_label_for_administrators(Refusal refusal) {
    String key = "numbers.refusal." + refusal.tag().replace('_', '-');
    for (Locale language : new Locale[] {Locale.ROOT, Locale.GERMAN}) {
      assertTrue(ResourceBundle.getBundle("messages", language).containsKey(key), key);
    }
  }
}
