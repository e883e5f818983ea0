package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests the secrets of refresh tokens, setup links and personal tokens. */
class SecretTokenTest {

  private static final int COUNT = 1000;

  @Test
  void a_secret_is_256_uniformly_random_bits() {
    Set<String> different = new HashSet<>();
    int[] ones = new int[256];
    for (int i = 0; i < COUNT; i++) {
      String token = SecretToken.generate();
      different.add(token);
      byte[] bytes = Base64.getUrlDecoder().decode(token);
      assertEquals(32, bytes.length);
      for (int bit = 0; bit < ones.length; bit++) {
        ones[bit] += (bytes[bit / 8] >> (bit % 8)) & 1;
      }
    }
    assertEquals(COUNT, different.size());
    for (int bit = 0; bit < ones.length; bit++) {
      // Ten standard deviations: this does not fail by chance.
      assertTrue(Math.abs(ones[bit] - COUNT / 2) < 160, ones[bit] + " ones at bit " + bit);
    }
  }

  @Test
  void hashes_are_deterministic_and_distinct() {
    String token = SecretToken.generate();
    assertEquals(32, SecretToken.hash(token).length());
    assertEquals(SecretToken.hash(token), SecretToken.hash(token));
    assertTrue(!SecretToken.hash(token).equals(SecretToken.hash(SecretToken.generate())));
  }
}
