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
 * Access tokens: JWTs (RFC 7519, RFC 8725) signed with the one algorithm that is believed. Nothing
 * in them but keys: roles and names are looked up, so that a change counts at once. Safe on every
 * thread.
 */
final class Tokens {

  static final String ALGORITHM = "HS256";
  static final Duration LIFETIME = Duration.ofMinutes(10);

  private static final int LONGEST = 2000;
  private static final int MOST_KEPT = 10_000;
  private static final String AUDIENCE = "marque";

  private final String issuer;
  private final Clock clock;
  private final JWTAuth signing;
  private final JWTAuth believing;

  /** What was believed stays true until it runs out: a signature needs to be checked once. */
  private final Cache<String, Believed> believed =
      Caffeine.newBuilder().maximumSize(MOST_KEPT).expireAfterWrite(LIFETIME).build();

  private record Believed(AccessToken token, Instant expires) {}

  /**
   * @param keys the first signs, all are believed
   */
  Tokens(Vertx vertx, List<SigningKey> keys, String issuer, Clock clock) {
    this.issuer = issuer;
    this.clock = clock;
    // Two of them, because of several keys JWTAuth picks one at random to sign with.
    this.signing = auth(vertx, keys.subList(0, 1));
    this.believing = auth(vertx, keys);
  }

  private JWTAuth auth(Vertx vertx, List<SigningKey> keys) {
    JWTOptions options =
        new JWTOptions()
            .setAlgorithm(ALGORITHM)
            .setIssuer(issuer)
            .setAudience(List.of(AUDIENCE))
            // Our clock says what has expired, see read.
            .setIgnoreExpiration(true)
            .setNoTimestamp(true);
    JWTAuthOptions config = new JWTAuthOptions().setJWTOptions(options);
    keys.forEach(key -> config.addJwk(key.toJwk()));
    return JWTAuth.create(vertx, config);
  }

  /** A token for a session, good for {@link #LIFETIME}. */
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

  /** What a token says; empty if it is not one of ours or has expired. */
  Future<Optional<AccessToken>> read(String token) {
    if (token.length() > LONGEST) {
      return Future.succeededFuture(Optional.empty());
    }
    Believed known = believed.getIfPresent(token);
    if (known != null) {
      return Future.succeededFuture(unexpired(known));
    }
    // Composed, because JWTAuth throws at some tokens instead of failing its future.
    return Future.succeededFuture(new TokenCredentials(token))
        .compose(believing::authenticate)
        .map(user -> claims(user.attributes().getJsonObject("accessToken")))
        .onSuccess(read -> believed.put(token, read))
        .map(this::unexpired)
        .otherwise(Optional.empty());
  }

  private Optional<AccessToken> unexpired(Believed read) {
    return clock.instant().isBefore(read.expires()) ? Optional.of(read.token()) : Optional.empty();
  }

  private static Believed claims(JsonObject claims) {
    return new Believed(
        new AccessToken(
            UUID.fromString(claims.getString("sub")),
            UUID.fromString(claims.getString("sid")),
            Instant.ofEpochSecond(claims.getLong("iat"))),
        Instant.ofEpochSecond(claims.getLong("exp")));
  }
}
