package dev.marque.account;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * One try to sign in at the provider, kept in a cookie of the browser that began it until it comes
 * back: nobody can finish in another browser what was begun in one.
 *
 * @param state ties the way back to the way there
 * @param nonce ties the ID token to it
 * @param verifier the secret of PKCE, of which the provider first sees only the hash
 * @param next where the person wanted to go
 */
record OpenIdAttempt(String state, String nonce, String verifier, String next) {

  static OpenIdAttempt to(String next) {
    return new OpenIdAttempt(
        SecretToken.make(), SecretToken.make(), SecretToken.make(), Destination.of(next));
  }

  /** The code challenge of method S256. */
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

  /** Reads what {@link #encode} wrote; empty if it is something else. */
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

  /** Without the secrets. */
  @Override
  public String toString() {
    return "OpenIdAttempt[" + next + "]";
  }
}
