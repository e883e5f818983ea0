package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokensTest {

  private static final UUID ACCOUNT = UUID.randomUUID();
  private static final UUID SESSION = UUID.randomUUID();

  private static Vertx vertx;

  private final MovableClock clock = new MovableClock();
  private final SigningKey key = SigningKey.generate();
  private final Tokens tokens = tokens(key);

  @BeforeAll
  static void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stopVertx() {
    vertx.close().await();
  }

  private Tokens tokens(SigningKey... keys) {
    return new Tokens(vertx, List.of(keys), "marque", clock);
  }

  private Optional<AccessToken> read(String token) {
    return tokens.read(token).await();
  }

  private static JsonObject part(String token, int index) {
    byte[] json = Base64.getUrlDecoder().decode(token.split("\\.", -1)[index]);
    return new JsonObject(new String(json, StandardCharsets.UTF_8));
  }

  private static String encoded(JsonObject json) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(json.toBuffer().getBytes());
  }

  @Test
  void a_token_identifies_account_and_session() {
    AccessToken token = read(tokens.issue(ACCOUNT, SESSION)).orElseThrow();
    assertEquals(ACCOUNT, token.account());
    assertEquals(SESSION, token.session());
  }

  @Test
  void a_token_has_only_the_claims_of_the_contract() {
    String token = tokens.issue(ACCOUNT, SESSION);
    assertEquals(
        java.util.Set.of("iss", "aud", "sub", "sid", "iat", "exp", "jti"),
        part(token, 1).fieldNames());
    assertEquals("HS256", part(token, 0).getString("alg"));
    assertEquals(key.id(), part(token, 0).getString("kid"));
    assertEquals(
        600, part(token, 1).getLong("exp").longValue() - part(token, 1).getLong("iat").longValue());
  }

  @Test
  void a_token_expires_after_ten_minutes() {
    String token = tokens.issue(ACCOUNT, SESSION);
    clock.advance(Duration.ofMinutes(10).minusSeconds(2));
    assertTrue(read(token).isPresent());
    clock.advance(Duration.ofSeconds(3));
    assertTrue(read(token).isEmpty());
  }

  @Test
  void a_token_without_signature_is_rejected() {
    String token = tokens.issue(ACCOUNT, SESSION);
    String payload = token.split("\\.", -1)[1];
    for (String algorithm : List.of("none", "None", "HS256")) {
      String header = encoded(new JsonObject().put("alg", algorithm).put("typ", "JWT"));
      assertTrue(read(header + "." + payload + ".").isEmpty(), algorithm);
      assertTrue(read(header + "." + payload).isEmpty(), algorithm);
    }
  }

  @Test
  void another_key_is_rejected_even_with_our_key_id() {
    assertTrue(read(tokens(SigningKey.generate()).issue(ACCOUNT, SESSION)).isEmpty());
    SigningKey impostor = new SigningKey(key.id(), SigningKey.generate().secret());
    assertTrue(read(tokens(impostor).issue(ACCOUNT, SESSION)).isEmpty());
  }

  @Test
  void another_algorithm_is_rejected_even_with_the_correct_key() {
    JsonObject jwk = key.toJwk().put("alg", "HS512");
    JWTAuth other = JWTAuth.create(vertx, new JWTAuthOptions().addJwk(jwk));
    String token =
        other.generateToken(
            part(tokens.issue(ACCOUNT, SESSION), 1), new JWTOptions().setAlgorithm("HS512"));
    assertTrue(read(token).isEmpty());
  }

  @Test
  void a_token_signed_with_rsa_is_rejected() throws Exception {
    var pair = java.security.KeyPairGenerator.getInstance("RSA").generateKeyPair();
    String pem =
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(pair.getPrivate().getEncoded())
            + "\n-----END PRIVATE KEY-----\n";
    JWTAuth other =
        JWTAuth.create(
            vertx,
            new JWTAuthOptions()
                .addPubSecKey(new PubSecKeyOptions().setAlgorithm("RS256").setBuffer(pem)));
    String token =
        other.generateToken(
            part(tokens.issue(ACCOUNT, SESSION), 1), new JWTOptions().setAlgorithm("RS256"));
    assertTrue(read(token).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"aud", "iss"})
  void a_token_with_another_audience_or_issuer_is_rejected(String claim) {
    JWTAuth sameKey = JWTAuth.create(vertx, new JWTAuthOptions().addJwk(key.toJwk()));
    JsonObject claims = part(tokens.issue(ACCOUNT, SESSION), 1);
    JWTOptions options = new JWTOptions().setAlgorithm("HS256");
    assertTrue(read(sameKey.generateToken(claims.copy(), options)).isPresent());
    assertTrue(read(sameKey.generateToken(claims.copy().put(claim, "else"), options)).isEmpty());
    assertTrue(read(sameKey.generateToken(claims.copy().putNull(claim), options)).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"sub", "sid", "exp", "iat"})
  void a_signed_token_that_lacks_a_claim_is_rejected(String claim) {
    JWTAuth sameKey = JWTAuth.create(vertx, new JWTAuthOptions().addJwk(key.toJwk()));
    JsonObject claims = part(tokens.issue(ACCOUNT, SESSION), 1);
    claims.remove(claim);
    JWTOptions options = new JWTOptions().setAlgorithm("HS256").setNoTimestamp(true);
    assertTrue(read(sameKey.generateToken(claims, options)).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "...", "a.b.c", "{}", "e30.e30.e30", "é.é.é", "null"})
  void malformed_tokens_are_rejected(String text) {
    assertTrue(read(text).isEmpty());
  }

  @Test
  void a_new_key_signs_while_tokens_of_the_old_one_are_still_accepted() {
    String old = tokens.issue(ACCOUNT, SESSION);
    SigningKey newer = SigningKey.generate();
    Tokens rotated = tokens(newer, key);
    assertTrue(rotated.read(old).await().isPresent());
    for (int i = 0; i < 20; i++) {
      assertEquals(newer.id(), part(rotated.issue(ACCOUNT, SESSION), 0).getString("kid"));
    }
  }

  @Test
  void a_configured_key_must_be_base64_and_long_enough() {
    assertThrows(IllegalArgumentException.class, () -> SigningKey.parse("c2hvcnQ"));
    assertThrows(IllegalArgumentException.class, () -> SigningKey.parse("not base64!"));
    assertEquals(key, SigningKey.parse(key.secret()));
    assertNotEquals(key.id(), SigningKey.generate().id());
    assertTrue(!key.toString().contains(key.secret()));
  }
}
