package dev.marque.account;

import java.time.Instant;
import java.util.UUID;

/**
 * A signed-in browser or program, as its owner sees it.
 *
 * @param expiresAt the end, unless it goes unused for too long before
 * @param remember whether it was asked to last for 30 days
 * @param userAgent what the browser called itself at sign-in
 * @param address from where it signed in
 * @param current whether it is the one that asks
 */
public record Session(
    UUID id,
    Instant createdAt,
    Instant lastUsedAt,
    Instant expiresAt,
    boolean remember,
    String userAgent,
    String address,
    boolean current) {}
