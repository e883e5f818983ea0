package dev.marque.account;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Issues and verifies access tokens: JWTs (RFC 7519, RFC 8725) signed with the only accepted
 * algorithm. They contain only ids: roles and names are looked up, so that changes take effect at
 * once. Thread-safe.
 */
final class Tokens {

  static final String ALGORITHM = "HS256";
  static final Duration LIFETIME = Duration.ofMinutes(10);

  private static final int MAX_LENGTH = 2000;
  private static final int MAX_CACHED = 10_000;
  private static final String AUDIENCE = "marque";

  private final String issuer;
  private final Clock clock;
  private final JWTAuth signing;
  private final JWTAuth verifying;

  /** Caches verified tokens until they expire: a signature needs to be checked only once. */
  private final Cache<String, Verified> verified =
      Caffeine.newBuilder()
          .maximumSize(MAX_CACHED)
          .expireAfterWrite(LIFETIME)
          // Waking another thread costs more than this cache's maintenance.
          .executor(Runnable::run)
          .build();

  private record Verified(AccessToken token, Instant expires) {}

  /**
   * @param keys the first signs, all are accepted
   */
  Tokens(Vertx vertx, List<SigningKey> keys, String issuer, Clock clock) {
    this.issuer = issuer;
    this.clock = clock;
    // Two instances, because JWTAuth signs with a random one of its keys.
    this.signing = auth(vertx, keys.subList(0, 1));
    this.verifying = auth(vertx, keys);
  }

  private JWTAuth auth(Vertx vertx, List<SigningKey> keys) {
    JWTOptions options =
        new JWTOptions()
            .setAlgorithm(ALGORITHM)
            .setIssuer(issuer)
            .setAudience(List.of(AUDIENCE))
            // Expiry is checked in read, by our own clock.
            .setIgnoreExpiration(true)
            .setNoTimestamp(true);
    JWTAuthOptions config = new JWTAuthOptions().setJWTOptions(options);
    keys.forEach(key -> config.addJwk(key.toJwk()));
    return JWTAuth.create(vertx, config);
  }

  /** Issues a token for a session, valid for {@link #LIFETIME}. */
  String issue(UUID account, UUID session) {
    long now = clock.instant().getEpochSecond();
    return signing.generateToken(
        new JsonObject()
            .put("sub", account.toString())
            .put("sid", session.toString())
            .put("jti", UUID.randomUUID().toString())
            .put("iat", now)
            .put("exp", now + LIFETIME.toSeconds()));
  }

  /** Returns the claims of a token; empty if it is not one of ours or has expired. */
  Future<Optional<AccessToken>> read(String token) {
    if (token.length() > MAX_LENGTH) {
      return Future.succeededFuture(Optional.empty());
    }
    Verified known = verified.getIfPresent(token);
    if (known != null) {
      return Future.succeededFuture(unexpired(known));
    }
    // Inside compose, because JWTAuth throws on some tokens instead of failing its future.
    return Future.succeededFuture(new TokenCredentials(token))
        .compose(verifying::authenticate)
        .map(user -> claims(user.attributes().getJsonObject("accessToken")))
        .onSuccess(read -> verified.put(token, read))
        .map(this::unexpired)
        .otherwise(Optional.empty());
  }

  private Optional<AccessToken> unexpired(Verified read) {
    return clock.instant().isBefore(read.expires()) ? Optional.of(read.token()) : Optional.empty();
  }

  private static Verified claims(JsonObject claims) {
    return new Verified(
        new AccessToken(
            UUID.fromString(claims.getString("sub")),
            UUID.fromString(claims.getString("sid")),
            Instant.ofEpochSecond(claims.getLong("iat"))),
        Instant.ofEpochSecond(claims.getLong("exp")));
  }
}
