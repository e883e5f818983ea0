package dev.marque.account;

import java.time.Instant;

/**
 * Who somebody is to those who sign that person in.
 *
 * @param issuer an OpenID Connect provider, or {@link ProxySignIn#ISSUER}
 * @param subject the person's key there
 * @param createdAt when the person came for the first time
 */
record Identity(String issuer, String subject, Instant createdAt) {}
