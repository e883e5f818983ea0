package dev.marque.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.marque.platform.LoggedEvents;
import dev.marque.platform.Settings;
import dev.marque.platform.SettingsFile;
import dev.marque.platform.StartFailure;
import dev.marque.web.Failure;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import no.nav.security.mock.oauth2.MockOAuth2Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SingleSignOnTest {

  private static final String HEADER = "MARQUE_SSO_HEADER_NAME=X-Remote-User ";
  private static final String TRUSTED = "MARQUE_PROXY_TRUSTED=10.0.0.0/8 ";
  private static final String CLOSED = "MARQUE_SIGNUP_ENABLED=false ";
  private static final String ISSUER = "MARQUE_SSO_OIDC_ISSUER=https://login.example ";
  private static final String CLIENT = "MARQUE_SSO_OIDC_CLIENT_ID=marque ";
  private static final String PUBLIC = "MARQUE_PUBLIC_URL=https://portal.example/cars ";

  @TempDir private Path folder;

  @Test
  void each_kind_is_off_or_complete() {
    SingleSignOn.check(settings(""));
    SingleSignOn.check(settings(HEADER + TRUSTED + CLOSED));
    SingleSignOn.check(settings(ISSUER + CLIENT + PUBLIC));
    SingleSignOn.check(
        settings(
            ISSUER.replace("https://login.example", "http://localhost:9/x") + CLIENT + PUBLIC));
  }

  @ParameterizedTest
  @CsvSource({
    HEADER + CLOSED + ", marque.proxy.trusted",
    HEADER + TRUSTED + ", marque.signup.enabled",
    "MARQUE_SSO_HEADER_NAME=Cookie " + TRUSTED + CLOSED + ", X-Remote-User",
    "MARQUE_SSO_HEADER_NAME=a:b " + TRUSTED + CLOSED + ", X-Remote-User",
    "MARQUE_SSO_HEADER_SIGN_OUT_URL=https://portal.example/out, marque.sso.header.name",
    ISSUER + PUBLIC + ", marque.sso.oidc.client-id",
    CLIENT + PUBLIC + ", marque.sso.oidc.issuer",
    HEADER + TRUSTED + CLOSED + ISSUER + CLIENT + PUBLIC + ", exclude each other",
    ISSUER + CLIENT + ", marque.public-url",
    "MARQUE_SSO_OIDC_CLIENT_SECRET=s, marque.sso.oidc.issuer",
    ISSUER + CLIENT + PUBLIC + "MARQUE_SSO_OIDC_ROLE_CLAIM=groups, marque.sso.oidc.admin-role",
    "MARQUE_SSO_OIDC_ISSUER=http://login.example " + CLIENT + PUBLIC + ", https://",
  })
  void incomplete_settings_and_both_kinds_at_once_prevent_the_start(String set, String named) {
    StartFailure refused =
        assertThrows(StartFailure.class, () -> SingleSignOn.check(settings(set)));
    assertTrue(String.valueOf(refused.getMessage()).contains(named), refused.getMessage());
  }

  @Test
  void an_unreachable_provider_is_reported_as_such() throws IOException {
    int closed;
    try (ServerSocket socket = new ServerSocket(0)) {
      closed = socket.getLocalPort();
    }
    Settings settings =
        settings("MARQUE_SSO_OIDC_ISSUER=http://localhost:" + closed + " " + CLIENT + PUBLIC);
    Vertx vertx = Vertx.vertx();
    try {
      OpenIdProvider provider =
          new OpenIdProvider(
              vertx,
              settings.sso().oidc(),
              URI.create("https://portal.example/cars"),
              Clock.systemUTC());
      Failure.Unavailable unavailable =
          assertThrows(
              Failure.Unavailable.class,
              () -> provider.signInUrl(OpenIdAttempt.to("/history")).await());
      assertEquals("sso-unreachable", unavailable.type());
    } finally {
      vertx.close().await();
    }
  }

  @Test
  void each_request_continues_on_its_own_context_after_the_shared_discovery() {
    MockOAuth2Server site = new MockOAuth2Server();
    site.start();
    Vertx vertx = Vertx.vertx();
    try {
      String issuer = "MARQUE_SSO_OIDC_ISSUER=" + site.issuerUrl("staff") + " ";
      OpenIdProvider provider =
          new OpenIdProvider(
              vertx,
              settings(issuer + CLIENT + PUBLIC).sso().oidc(),
              URI.create("https://portal.example/cars"),
              Clock.systemUTC());
      List<Context> requests = Stream.generate(() -> request(vertx)).limit(3).toList();
      Future<Context> first = afterUrl(requests.get(0), provider);
      Future<Context> second = afterUrl(requests.get(1), provider);
      assertSame(requests.get(0), first.await());
      assertSame(requests.get(1), second.await());
      assertSame(requests.get(2), afterUrl(requests.get(2), provider).await());
    } finally {
      vertx.close().await();
      site.shutdown();
    }
  }

  /** Returns a context of its own, as each request has. */
  private static Context request(Vertx vertx) {
    return ((VertxInternal) vertx).createEventLoopContext().duplicate();
  }

  /** Returns the context on which a request continues once it knows the provider's URL. */
  private static Future<Context> afterUrl(Context request, OpenIdProvider provider) {
    Promise<Context> after = Promise.promise();
    request.runOnContext(
        now ->
            provider
                .signInUrl(OpenIdAttempt.to("/history"))
                .map(url -> Vertx.currentContext())
                .onComplete(after));
    return after.future();
  }

  @ParameterizedTest
  @CsvSource({
    "ada.lovelace, ada.lovelace",
    "ada@example.org, ada",
    "Ada Lovelace, Ada-Lovelace",
    "_ada_, ada",
    "Łukasz, ukasz",
    "李, user",
    "a, user",
    "abcdefghijklmnopqrstuvwxyz012345-6789, abcdefghijklmnopqrstuvwxyz012345"
  })
  void a_name_of_the_provider_becomes_a_valid_user_name(String claimed, String expected) {
    JsonObject claims = new JsonObject().put("sub", "1").put("preferred_username", claimed);
    String username =
        OpenIdPerson.of(claims, settings(ISSUER + CLIENT + PUBLIC).sso().oidc())
            .profile()
            .username();
    assertEquals(expected, username);
    assertTrue(username.matches(Profile.USERNAME));
  }

  @Test
  void only_a_verified_email_is_used() {
    JsonObject claims =
        new JsonObject().put("sub", "1").put("email", "ada@example.org").put("given_name", "Ada");
    Settings.Sso.Oidc oidc = settings(ISSUER + CLIENT + PUBLIC).sso().oidc();
    assertEquals("", OpenIdPerson.of(claims, oidc).profile().email());
    claims.put("email_verified", true);
    assertEquals("ada@example.org", OpenIdPerson.of(claims, oidc).profile().email());
    assertEquals("ada", OpenIdPerson.of(claims, oidc).profile().username());
    assertEquals("Ada", OpenIdPerson.of(claims, oidc).profile().firstName());
  }

  @Test
  void the_role_comes_from_the_claim_if_one_is_configured() {
    JsonObject claims =
        new JsonObject()
            .put("sub", "1")
            .put("groups", "cars-admin")
            .put(
                "realm_access",
                new JsonObject().put("roles", new JsonArray().add("x").add("cars-admin")));
    String base = ISSUER + CLIENT + PUBLIC;
    String admin = "MARQUE_SSO_OIDC_ADMIN_ROLE=cars-admin MARQUE_SSO_OIDC_ROLE_CLAIM=";
    assertEquals(Optional.empty(), role(claims, base));
    assertEquals(Optional.of(Role.ADMIN), role(claims, base + admin + "groups"));
    assertEquals(Optional.of(Role.ADMIN), role(claims, base + admin + "realm_access.roles"));
    try (LoggedEvents logged = new LoggedEvents(OpenIdPerson.class)) {
      assertEquals(Optional.of(Role.USER), role(claims, base + admin + "realm_access.none"));
      String message = logged.next().getString("message");
      assertTrue(message.contains("realm_access.none"), message);
    }
    assertEquals(Optional.of(Role.USER), role(claims, base + admin + "sub.roles"));
  }

  @Test
  void an_attempt_cookie_is_decoded_or_ignored() {
    OpenIdAttempt attempt = OpenIdAttempt.to("/history");
    assertEquals(Optional.of(attempt), OpenIdAttempt.decode(attempt.encode()));
    for (String other : new String[] {"", "%", "e30", "bm90IGpzb24", "eyJzdGF0ZSI6MX0"}) {
      assertEquals(Optional.empty(), OpenIdAttempt.decode(other), other);
    }
    assertEquals("/", OpenIdAttempt.to("//evil.example").next());
  }

  /** The example of RFC 7636, appendix B. */
  @Test
  void the_challenge_is_the_hash_of_the_verifier() {
    String verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    assertEquals(
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        new OpenIdAttempt("state", "nonce", verifier, "/").challenge());
  }

  private Optional<Role> role(JsonObject claims, String settings) {
    return OpenIdPerson.of(claims, settings(settings).sso().oidc()).role();
  }

  /** Returns settings from environment variables, separated by spaces. */
  private Settings settings(String variables) {
    Map<String, String> environment = new HashMap<>();
    for (String variable : variables.strip().split(" ", -1)) {
      if (!variable.isEmpty()) {
        String[] pair = variable.split("=", 2);
        environment.put(pair[0], pair[1]);
      }
    }
    return SettingsFile.load(environment, folder);
  }
}
