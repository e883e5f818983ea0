package dev.marque.account;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Somebody's account, without its password's hash: that never leaves the database but to be
 * verified.
 *
 * @param email null where the account was made on the terminal without one
 * @param disabled may not sign in
 * @param tokensValidAfter when the password was last changed, or the account disabled or enabled;
 *     access tokens from before do not count
 */
public record Account(
    UUID id,
    String username,
    @Nullable String email,
    String firstName,
    String lastName,
    Role role,
    boolean disabled,
    Instant tokensValidAfter,
    Instant createdAt) {

  /** As the API shows it. */
  JsonObject toJson() {
    return new JsonObject()
        .put("id", id.toString())
        .put("username", username)
        .put("email", email)
        .put("first_name", firstName)
        .put("last_name", lastName)
        .put("role", role.code())
        .put("disabled", disabled)
        .put("created_at", createdAt.toString());
  }
}
