package dev.marque.account;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * An attempt to sign in at the provider, kept in a cookie of the browser that started it: it cannot
 * be completed in another browser.
 *
 * @param state ties the callback to this attempt
 * @param nonce ties the ID token to this attempt
 * @param verifier the PKCE code verifier, of which the provider first sees only the hash
 * @param next where the person wanted to go
 */
record OpenIdAttempt(String state, String nonce, String verifier, String next) {

  static OpenIdAttempt to(String next) {
    return new OpenIdAttempt(
        SecretToken.generate(),
        SecretToken.generate(),
        SecretToken.generate(),
        Destination.of(next));
  }

  /** Returns the code challenge of method S256. */
  String challenge() {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(SecretToken.hash(verifier).getBytes());
  }

  String encode() {
    JsonObject json =
        new JsonObject()
            .put("state", state)
            .put("nonce", nonce)
            .put("verifier", verifier)
            .put("next", next);
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.encode().getBytes(StandardCharsets.UTF_8));
  }

  /** Reads what {@link #encode} wrote; empty if the text is anything else. */
  static Optional<OpenIdAttempt> decode(String text) {
    try {
      JsonObject json =
          new JsonObject(new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8));
      String state = json.getString("state");
      String nonce = json.getString("nonce");
      String verifier = json.getString("verifier");
      return state == null || nonce == null || verifier == null
          ? Optional.empty()
          : Optional.of(
              new OpenIdAttempt(state, nonce, verifier, Destination.of(json.getString("next"))));
    } catch (IllegalArgumentException | DecodeException | ClassCastException e) {
      return Optional.empty();
    }
  }

  /** Omits the secrets. */
  @Override
  public String toString() {
    return "OpenIdAttempt[" + next + "]";
  }
}
