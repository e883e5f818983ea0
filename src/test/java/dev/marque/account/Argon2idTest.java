package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.ext.auth.hashing.HashString;
import io.vertx.ext.auth.hashing.HashingStrategy;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;

class Argon2idTest {

  private static final String SALT =
      Base64.getEncoder()
          .withoutPadding()
          .encodeToString("somesalt".getBytes(StandardCharsets.UTF_8));

  private final HashingStrategy strategy = HashingStrategy.load();

  /**
   * Values from the test program of the reference implementation (P-H-C/phc-winner-argon2, test.c).
   */
  @Test
  void it_matches_the_reference_implementation() {
    String hash =
        new Argon2id()
            .hash(
                new HashString("argon2id", Map.of("m", "65536", "t", "2", "p", "1"), SALT),
                "password");
    assertEquals("CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", hash);
  }

  @Test
  void vertx_auth_finds_it_and_verifies_with_it() {
    String encoded = strategy.hash(Argon2id.ID, Argon2id.PARAMETERS, SALT, "right");
    assertTrue(encoded.startsWith("$argon2id$m=19456,t=2,p=1$" + SALT + "$"), encoded);
    assertTrue(strategy.verify(encoded, "right"));
    assertFalse(strategy.verify(encoded, "wrong"));
    assertFalse(Argon2id.isOutdated(encoded));
  }

  @Test
  void a_hash_with_weaker_parameters_is_outdated() {
    String encoded =
        strategy.hash(Argon2id.ID, Map.of("m", "8192", "t", "1", "p", "1"), SALT, "right");
    assertTrue(strategy.verify(encoded, "right"));
    assertTrue(Argon2id.isOutdated(encoded));
  }
}
