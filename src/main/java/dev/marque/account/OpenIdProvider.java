package dev.marque.account;

import dev.marque.platform.Settings;
import dev.marque.web.Failure;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.oauth2.OAuth2Auth;
import io.vertx.ext.auth.oauth2.OAuth2AuthorizationURL;
import io.vertx.ext.auth.oauth2.OAuth2FlowType;
import io.vertx.ext.auth.oauth2.OAuth2Options;
import io.vertx.ext.auth.oauth2.Oauth2Credentials;
import io.vertx.ext.auth.oauth2.providers.OpenIDConnectAuth;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The OpenID Connect provider ({@code marque.sso.oidc.*}): the authorization code flow with PKCE
 * (RFC 7636). Endpoints and keys are discovered at the first sign-in, and again after a failure.
 * Thread-safe.
 */
final class OpenIdProvider {

  private static final Logger LOG = LoggerFactory.getLogger(OpenIdProvider.class);
  private static final Duration RETRY = Duration.ofSeconds(5);
  private static final int TIMEOUT_MILLIS = 10_000;

  /** How far the provider's clock may differ from ours. */
  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

  private final Vertx vertx;
  private final Settings.Sso.Oidc settings;
  private final String issuer;
  private final String clientId;
  private final String redirectUri;
  private final Clock clock;
  private @Nullable Future<OAuth2Auth> found;

  /**
   * Creates a provider, without connecting to it.
   *
   * @param settings with an issuer and a client id
   * @param publicUrl Marque's URL as browsers see it
   */
  OpenIdProvider(Vertx vertx, Settings.Sso.Oidc settings, URI publicUrl, Clock clock) {
    this.vertx = vertx;
    this.settings = settings;
    this.issuer = settings.issuer().orElseThrow().toString();
    this.clientId = settings.clientId().orElseThrow();
    this.redirectUri = publicUrl + OpenIdRoutes.CALLBACK;
    this.clock = clock;
  }

  String issuer() {
    return issuer;
  }

  /** Returns the provider's display name. */
  String name() {
    return settings.name();
  }

  private Future<OAuth2Auth> provider() {
    return found()
        .recover(
            problem -> {
              LOG.warn("OpenID Connect provider {} is unavailable: {}", issuer, problem.toString());
              return Future.failedFuture(new Failure.Unavailable("sso-unreachable", RETRY));
            });
  }

  /**
   * Returns the discovered provider on the caller's context; starts a discovery if there is none or
   * the last one failed.
   */
  private synchronized Future<OAuth2Auth> found() {
    if (found == null || found.failed()) {
      found = discover();
    }
    return found.succeeded() ? Future.succeededFuture(found.result()) : onThisContext(found);
  }

  private <T> Future<T> onThisContext(Future<T> future) {
    Context context = vertx.getOrCreateContext();
    Promise<T> here = Promise.promise();
    future.onComplete(
        (result, problem) -> context.runOnContext(now -> here.complete(result, problem)));
    return here.future();
  }

  private Future<OAuth2Auth> discover() {
    OAuth2Options options =
        new OAuth2Options()
            .setSite(issuer)
            .setClientId(clientId)
            .setJWTOptions(new JWTOptions().setLeeway((int) CLOCK_TOLERANCE.toSeconds()))
            .setHttpClientOptions(
                new HttpClientOptions()
                    // Sign-ins are rare: a pooled connection would mostly be closed by then.
                    .setKeepAlive(false)
                    .setConnectTimeout(TIMEOUT_MILLIS)
                    .setReadIdleTimeout(TIMEOUT_MILLIS / 1000));
    settings.clientSecret().ifPresent(options::setClientSecret);
    return OpenIDConnectAuth.discover(vertx, options)
        // Discovery includes fetching the keys: without keys, unsigned tokens would be accepted.
        .compose(provider -> provider.jWKSet().map(provider));
  }

  /** Returns the URL at which the browser signs in. */
  Future<String> signInUrl(OpenIdAttempt attempt) {
    return provider()
        .map(
            provider ->
                provider.authorizeURL(
                    new OAuth2AuthorizationURL()
                        .setRedirectUri(redirectUri)
                        .setScopes(List.of("openid", "profile", "email"))
                        .setState(attempt.state())
                        .setCodeChallenge(attempt.challenge())
                        .setCodeChallengeMethod("S256")
                        .putAdditionalParameter("nonce", attempt.nonce())));
  }

  /** Returns the URL at which the browser signs out; empty if the provider has none. */
  Future<Optional<String>> signOutUrl(String back) {
    JsonObject parameters =
        new JsonObject().put("client_id", clientId).put("post_logout_redirect_uri", back);
    return provider()
        .map(
            provider ->
                Optional.ofNullable(
                    provider.endSessionURL(User.create(new JsonObject()), parameters)));
  }

  /**
   * Exchanges the authorization code for the claims of the ID token, after its signature, issuer,
   * audience, expiry and nonce were verified.
   *
   * <p>Fails with {@link Failure.NotSignedIn} ({@code sso-refused}) and {@link
   * Failure.Unavailable}.
   */
  Future<JsonObject> claims(String code, OpenIdAttempt attempt) {
    return provider()
        .compose(
            provider ->
                provider
                    .authenticate(
                        new Oauth2Credentials()
                            .setFlow(OAuth2FlowType.AUTH_CODE)
                            .setCode(code)
                            .setCodeVerifier(attempt.verifier())
                            .setRedirectUri(redirectUri))
                    .compose(user -> idToken(provider, user))
                    .recover(
                        problem -> {
                          LOG.warn("{} issued no valid token: {}", issuer, problem.toString());
                          return refused();
                        }))
        .compose(token -> checked(token, attempt));
  }

  /** Returns the ID token, whose signature is verified; an empty one if that fails. */
  private static Future<JsonObject> idToken(OAuth2Auth provider, User user) {
    JsonObject token = user.attributes().getJsonObject("idToken");
    if (token != null || !user.attributes().containsKey("missing-kid")) {
      return Future.succeededFuture(orEmpty(token));
    }
    // The provider signs with a new key. The library verifies a token that it is given as an access
    // token, whatever its kind.
    String text = user.principal().getString("id_token", "");
    return provider
        .jWKSet()
        .compose(fetched -> provider.authenticate(new TokenCredentials(text)))
        .map(verified -> orEmpty(verified.attributes().getJsonObject("accessToken")));
  }

  private static JsonObject orEmpty(@Nullable JsonObject token) {
    return token == null ? new JsonObject() : token;
  }

  /**
   * Verifies that the token is for this client and this attempt, and not expired; the library has
   * verified its signature.
   */
  private Future<JsonObject> checked(JsonObject token, OpenIdAttempt attempt) {
    if (!issuer.equals(token.getString("iss"))
        || !audience(token).contains(clientId)
        || !clientId.equals(token.getString("azp", clientId))
        || !isCurrent(token)
        || !attempt.nonce().equals(token.getString("nonce"))
        || token.getString("sub", "").isEmpty()) {
      LOG.warn("{} issued an invalid ID token", issuer);
      return refused();
    }
    return Future.succeededFuture(token);
  }

  private boolean isCurrent(JsonObject token) {
    Instant now = clock.instant();
    return token.getValue("exp") instanceof Number expires
        && token.getValue("iat") instanceof Number issued
        && Instant.ofEpochSecond(expires.longValue()).isAfter(now.minus(CLOCK_TOLERANCE))
        && Instant.ofEpochSecond(issued.longValue()).isBefore(now.plus(CLOCK_TOLERANCE));
  }

  private static <T> Future<T> refused() {
    return Future.failedFuture(new Failure.NotSignedIn("sso-refused"));
  }

  private static List<String> audience(JsonObject token) {
    Object audience = token.getValue("aud");
    return audience instanceof JsonArray several
        ? several.stream().map(String::valueOf).toList()
        : List.of(String.valueOf(audience));
  }
}
