package dev.marque.account;

import dev.marque.platform.Settings;
import dev.marque.platform.StartFailure;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Checks that the single sign-on settings are complete. Incomplete ones would let people in
 * unverified, or nobody at all, so the server does not start with them.
 */
final class SingleSignOn {

  /** Headers with another meaning; as the name header they would break requests. */
  private static final Set<String> OTHER_HEADERS =
      Set.of("authorization", "cookie", "host", "origin", "content-type", "content-length");

  private SingleSignOn() {}

  /**
   * Checks the settings of both kinds of single sign-on.
   *
   * @throws StartFailure with the setting that is missing or contradicts another
   */
  static void check(Settings settings) {
    checkHeader(settings);
    checkOidc(settings);
    refuseIf(
        settings.sso().header().name().isPresent() && settings.sso().oidc().issuer().isPresent(),
        "marque.sso.header.name and marque.sso.oidc.issuer exclude each other: a person with a"
            + " colleague's name at the provider would get the account that the header names");
  }

  private static void checkHeader(Settings settings) {
    Settings.Sso.Header header = settings.sso().header();
    if (header.name().isEmpty()) {
      refuseIf(
          header.signOutUrl().isPresent(),
          "marque.sso.header.sign-out-url needs marque.sso.header.name");
      return;
    }
    String name = header.name().get();
    refuseIf(
        !name.matches("[A-Za-z0-9-]{1,64}")
            || OTHER_HEADERS.contains(name.toLowerCase(Locale.ROOT)),
        "marque.sso.header.name is \""
            + name
            + "\"; it must be a header name, for example X-Remote-User");
    refuseIf(
        settings.proxy().trusted().isEmpty(),
        "marque.sso.header.name needs marque.proxy.trusted: the header is accepted only from those"
            + " addresses");
    refuseIf(
        settings.signup().enabled(),
        "marque.sso.header.name needs marque.signup.enabled to be false: otherwise anyone could"
            + " sign up under a colleague's name");
  }

  private static void checkOidc(Settings settings) {
    Settings.Sso.Oidc oidc = settings.sso().oidc();
    boolean any =
        oidc.issuer().isPresent()
            || oidc.clientId().isPresent()
            || oidc.clientSecret().isPresent()
            || oidc.roleClaim().isPresent()
            || oidc.adminRole().isPresent();
    if (!any) {
      return;
    }
    refuseIf(oidc.issuer().isEmpty(), "marque.sso.oidc.* needs marque.sso.oidc.issuer");
    refuseIf(oidc.clientId().isEmpty(), "marque.sso.oidc.* needs marque.sso.oidc.client-id");
    refuseIf(
        settings.publicUrl().isEmpty(),
        "marque.sso.oidc.* needs marque.public-url: the provider redirects browsers there");
    refuseIf(
        oidc.roleClaim().isPresent() != oidc.adminRole().isPresent(),
        "marque.sso.oidc.role-claim and marque.sso.oidc.admin-role must be set together");
    refuseIf(
        !isSafe(oidc.issuer()),
        "marque.sso.oidc.issuer must begin with https://, or be on this machine");
  }

  /** Keys and tokens come from the issuer, so it needs TLS unless it is on this machine. */
  private static boolean isSafe(Optional<URI> issuer) {
    return issuer
        .filter(
            uri ->
                "https".equals(uri.getScheme())
                    || ("http".equals(uri.getScheme())
                        && ("localhost".equals(uri.getHost())
                            || "127.0.0.1".equals(uri.getHost()))))
        .isPresent();
  }

  private static void refuseIf(boolean wrong, String why) {
    if (wrong) {
      throw new StartFailure(why);
    }
  }
}
