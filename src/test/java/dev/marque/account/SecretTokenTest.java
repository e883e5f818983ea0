package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Base64;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What refresh tokens, setup links and tokens for scripts are made of. */
class SecretTokenTest {

  private static final int MADE = 1000;

  @Test
  void a_secret_is_256_bits_of_which_each_is_as_often_one_as_zero() {
    Set<String> different = new HashSet<>();
    int[] ones = new int[256];
    for (int i = 0; i < MADE; i++) {
      String token = SecretToken.generate();
      different.add(token);
      byte[] bytes = Base64.getUrlDecoder().decode(token);
      assertEquals(32, bytes.length);
      for (int bit = 0; bit < ones.length; bit++) {
        ones[bit] += (bytes[bit / 8] >> (bit % 8)) & 1;
      }
    }
    assertEquals(MADE, different.size());
    for (int bit = 0; bit < ones.length; bit++) {
      // Ten standard deviations: chance does not fail this.
      assertTrue(Math.abs(ones[bit] - MADE / 2) < 160, ones[bit] + " times one at " + bit);
    }
  }

  @Test
  void the_database_knows_only_the_hash() {
    String token = SecretToken.generate();
    assertEquals(32, SecretToken.hash(token).length());
    assertEquals(SecretToken.hash(token), SecretToken.hash(token));
    assertTrue(!SecretToken.hash(token).equals(SecretToken.hash(SecretToken.generate())));
  }
}
