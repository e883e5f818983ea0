package dev.marque.account;

import java.time.Instant;
import java.util.UUID;

/**
 * What an access token says once it was believed.
 *
 * @param account whose it is
 * @param session the session it was issued to
 * @param issuedAt in whole seconds
 */
record AccessToken(UUID account, UUID session, Instant issuedAt) {}
