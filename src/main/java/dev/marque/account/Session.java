package dev.marque.account;

import java.time.Instant;
import java.util.UUID;

/**
 * A session of a browser or program, as its owner sees it.
 *
 * @param expiresAt the absolute end; the idle timeout may end it earlier
 * @param remember whether it was requested to last for 30 days
 * @param userAgent the User-Agent header at sign-in
 * @param address the network address at sign-in
 * @param current whether it is the session of the current request
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
