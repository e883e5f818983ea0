package dev.marque.account;

import java.time.Instant;
import java.util.UUID;

/**
 * The claims of a verified access token.
 *
 * @param account the account's id
 * @param session the session it was issued to
 * @param issuedAt in whole seconds
 */
record AccessToken(UUID account, UUID session, Instant issuedAt) {}
