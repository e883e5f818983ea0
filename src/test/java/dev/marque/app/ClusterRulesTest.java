package dev.marque.app;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.platform.SettingsFile;
import dev.marque.platform.StartFailure;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterRulesTest {

  @TempDir private Path folder;

  private final Map<String, String> settings =
      new HashMap<>(
          Map.of(
              "MARQUE_ROLE", "web",
              "MARQUE_DATABASE_URL", "postgresql://u:p@h/n",
              "MARQUE_SIGNING_KEYS", "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA=="));

  private void check() {
    ClusterRules.check(SettingsFile.load(settings, folder));
  }

  private void assertRefused(String setting) {
    StartFailure failure = assertThrows(StartFailure.class, this::check);
    assertTrue(String.valueOf(failure.getMessage()).startsWith(setting), failure.getMessage());
  }

  @Test
  void a_node_that_serves_pages_needs_the_shared_settings() {
    assertDoesNotThrow(this::check);
    settings.remove("MARQUE_SIGNING_KEYS");
    assertRefused("marque.signing.keys");
    settings.remove("MARQUE_DATABASE_URL");
    assertRefused("marque.database.url");
    settings.put("MARQUE_ROLE", "all");
    assertRefused("marque.database.url");
  }

  @Test
  void an_inference_node_needs_neither() {
    settings.keySet().retainAll(java.util.Set.of("MARQUE_ROLE"));
    settings.put("MARQUE_ROLE", "inference");
    assertDoesNotThrow(this::check);
  }
}
