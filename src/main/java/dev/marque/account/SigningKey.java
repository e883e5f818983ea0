package dev.marque.account;

import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * A key that signs access tokens: at least 256 random bits for HMAC with SHA-256.
 *
 * @param id the {@code kid} of tokens, derived from the key so that it is the same on every node
 * @param secret base64url
 */
record SigningKey(String id, String secret) {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int BYTES = 32;
  private static final int ID_LENGTH = 12;

  static SigningKey generate() {
    byte[] secret = new byte[BYTES];
    RANDOM.nextBytes(secret);
    return of(secret);
  }

  /**
   * Parses a key.
   *
   * @param text base64 or base64url of at least 32 bytes
   * @throws IllegalArgumentException if it is anything else; the message does not contain the text
   */
  static SigningKey parse(String text) {
    byte[] secret;
    try {
      secret = Base64.getUrlDecoder().decode(text.strip().replace('+', '-').replace('/', '_'));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("a signing key must be base64", e);
    }
    if (secret.length < BYTES) {
      throw new IllegalArgumentException("a signing key must have at least 32 bytes");
    }
    return of(secret);
  }

  private static SigningKey of(byte[] secret) {
    String text = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    String id = Base64.getUrlEncoder().encodeToString(SecretToken.hash(text).getBytes());
    return new SigningKey(id.substring(0, ID_LENGTH), text);
  }

  JsonObject toJwk() {
    return new JsonObject()
        .put("kty", "oct")
        .put("alg", Tokens.ALGORITHM)
        .put("kid", id)
        .put("use", "sig")
        .put("k", secret);
  }

  /** Omits the secret. */
  @Override
  public String toString() {
    return "SigningKey[" + id + "]";
  }
}
