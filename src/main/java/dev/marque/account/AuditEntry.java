package dev.marque.account;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happened.
 *
 * @param event such as {@code signed_in}
 * @param actor the name of who did it; null where nobody was signed in
 * @param subject the name of the account it was done to; null where there is none such
 * @param address from where
 * @param detail such as the new role
 */
public record AuditEntry(
    UUID id,
    Instant at,
    String event,
    @Nullable String actor,
    @Nullable String subject,
    String address,
    @Nullable String detail) {}
