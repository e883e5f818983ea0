package dev.marque.account;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An account, without its password hash, which leaves the database only to be verified.
 *
 * @param email null if the account was created on the command line or by an external sign-in
 *     without one
 * @param disabled whether sign-in is refused
 * @param tokensValidAfter when the password was last changed, or the account disabled or enabled;
 *     access tokens issued earlier are rejected
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

  /** Returns the account as the API shows it. */
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
