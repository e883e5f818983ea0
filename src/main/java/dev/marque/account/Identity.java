package dev.marque.account;

import java.time.Instant;

/**
 * How an external sign-in identifies a person.
 *
 * @param issuer an OpenID Connect provider, or {@link ProxySignIn#ISSUER}
 * @param subject the person's key at the issuer
 * @param createdAt when the person first signed in
 */
record Identity(String issuer, String subject, Instant createdAt) {}
