package dev.marque.account;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A token that a person created for a script, without its secret.
 *
 * @param name as chosen by the owner
 * @param lastUsedAt to the minute; null if never used
 */
public record PersonalToken(
    UUID id, String name, Instant createdAt, Instant expiresAt, @Nullable Instant lastUsedAt) {

  /** Returns the token as the API shows it. */
  JsonObject toJson() {
    return new JsonObject()
        .put("id", id.toString())
        .put("name", name)
        .put("created_at", createdAt.toString())
        .put("expires_at", expiresAt.toString())
        .put("last_used_at", lastUsedAt == null ? null : lastUsedAt.toString());
  }
}
