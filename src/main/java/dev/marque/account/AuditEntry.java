package dev.marque.account;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the audit log.
 *
 * @param event the kind of event, for example {@code signed_in}
 * @param actor the user name of the signed-in person who acted; null if there was none
 * @param subject the user name of the affected account; null if there is none
 * @param address the client's network address
 * @param detail depends on the event, for example the new role
 */
public record AuditEntry(
    UUID id,
    Instant at,
    String event,
    @Nullable String actor,
    @Nullable String subject,
    String address,
    @Nullable String detail) {}
