package dev.marque.account;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A token that a person made for a script, without its secret.
 *
 * @param name what the owner calls it
 * @param lastUsedAt to the minute; null if it never was
 */
public record PersonalToken(
    UUID id, String name, Instant createdAt, Instant expiresAt, @Nullable Instant lastUsedAt) {

  /** As the API shows it. */
  JsonObject toJson() {
    return new JsonObject()
        .put("id", id.toString())
        .put("name", name)
        .put("created_at", createdAt.toString())
        .put("expires_at", expiresAt.toString())
        .put("last_used_at", lastUsedAt == null ? null : lastUsedAt.toString());
  }
}
