package dev.marque.account;

import static io.restassured.RestAssured.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.platform.Settings;
import dev.marque.platform.SettingsFile;
import dev.marque.web.Failure;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import no.nav.security.mock.oauth2.OAuth2Config;
import no.nav.security.mock.oauth2.http.OAuth2HttpRequest;
import no.nav.security.mock.oauth2.http.OAuth2HttpResponse;
import no.nav.security.mock.oauth2.http.Route;
import no.nav.security.mock.oauth2.token.KeyProvider;
import no.nav.security.mock.oauth2.token.OAuth2TokenProvider;
import okhttp3.Headers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests which ID tokens are accepted, with a provider that signs in whoever asks. */
class OpenIdProviderTest {

  private static final URI PUBLIC_URL = URI.create("https://portal.example/cars");
  private static final String ISSUER_ID = "staff";

  @TempDir private Path folder;

  private final Vertx vertx = Vertx.vertx();
  private final OpenIdAttempt attempt = OpenIdAttempt.to("/history");
  private MockOAuth2Server site = new MockOAuth2Server();

  @AfterEach
  void close() {
    vertx.close().await();
    site.shutdown();
  }

  private OpenIdProvider provider(Clock clock) {
    Settings settings =
        SettingsFile.load(
            Map.of(
                "MARQUE_SSO_OIDC_ISSUER", site.issuerUrl(ISSUER_ID).toString(),
                "MARQUE_SSO_OIDC_CLIENT_ID", "marque",
                "MARQUE_PUBLIC_URL", PUBLIC_URL.toString()),
            folder);
    return new OpenIdProvider(vertx, settings.sso().oidc(), PUBLIC_URL, clock);
  }

  private JsonObject signIn(OpenIdProvider provider) {
    String url = provider.signInUrl(attempt).await();
    String callback =
        given().urlEncodingEnabled(false).redirects().follow(false).get(url).header("Location");
    return provider.claims(callback.replaceAll(".*[?&]code=([^&]*).*", "$1"), attempt).await();
  }

  private void assertRefused(Clock clock) {
    OpenIdProvider provider = provider(clock);
    Failure.NotSignedIn refused = assertThrows(Failure.NotSignedIn.class, () -> signIn(provider));
    assertEquals("sso-refused", refused.type());
  }

  private static Clock shifted(Duration by) {
    return Clock.offset(Clock.systemUTC(), by);
  }

  @Test
  void an_id_token_is_valid_for_its_lifetime() {
    site.start();
    assertEquals(attempt.nonce(), signIn(provider(shifted(Duration.ZERO))).getString("nonce"));
    assertRefused(shifted(Duration.ofHours(2)));
    assertRefused(shifted(Duration.ofMinutes(-5)));
  }

  @Test
  void the_clock_of_the_provider_may_be_fast_by_some_seconds() {
    Instant time = Instant.now().plusSeconds(40);
    OAuth2TokenProvider tokens = new OAuth2TokenProvider(new KeyProvider(), time);
    site = new MockOAuth2Server(new OAuth2Config(false, null, null, false, tokens));
    site.start();
    assertEquals(attempt.nonce(), signIn(provider(Clock.systemUTC())).getString("nonce"));
  }

  @Test
  void a_token_signed_with_a_new_key_is_accepted() {
    EarlierKeys earlierKeys = new EarlierKeys();
    site = new MockOAuth2Server(earlierKeys);
    site.start();
    OpenIdProvider provider = provider(Clock.systemUTC());
    assertTrue(provider.signInUrl(attempt).await().startsWith(site.baseUrl().toString()));
    earlierKeys.replaced = true;
    assertEquals(attempt.nonce(), signIn(provider).getString("nonce"));
  }

  /** Publishes other keys than those that the provider signs with, until they are replaced. */
  private static final class EarlierKeys implements Route {

    private final String keys = new OAuth2TokenProvider().publicJwkSet("earlier").toString();
    private volatile boolean replaced;

    @Override
    public boolean match(OAuth2HttpRequest request) {
      return !replaced && request.getUrl().encodedPath().endsWith("/jwks");
    }

    @Override
    public OAuth2HttpResponse invoke(OAuth2HttpRequest request) {
      Headers json = Headers.of("Content-Type", "application/json");
      return new OAuth2HttpResponse(json, 200, keys, null);
    }
  }
}
