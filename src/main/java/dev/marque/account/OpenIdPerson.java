package dev.marque.account;

import dev.marque.platform.Settings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A person as described by the claims of an ID token.
 *
 * @param profile with a valid user name
 * @param role empty if the provider does not manage roles
 */
record OpenIdPerson(String subject, Profile profile, Optional<Role> role) {

  private static final Logger LOG = LoggerFactory.getLogger(OpenIdPerson.class);

  static OpenIdPerson of(JsonObject claims, Settings.Sso.Oidc settings) {
    String email = text(claims, "email");
    // An address that the provider has not verified may belong to anyone.
    boolean usable =
        Boolean.TRUE.equals(claims.getValue("email_verified"))
            && email.length() <= Profile.MAX_EMAIL_LENGTH
            && email.matches(Profile.EMAIL);
    String username = username(text(claims, settings.usernameClaim()), email);
    return new OpenIdPerson(
        claims.getString("sub"),
        new Profile(
            username,
            usable ? email : "",
            name(text(claims, "given_name"), username),
            name(text(claims, "family_name"), username)),
        role(claims, settings));
  }

  /** Returns the closest valid user name: invalid characters become a hyphen. */
  private static String username(String claimed, String email) {
    String text = claimed.isEmpty() ? email : claimed;
    int at = text.indexOf('@');
    String plain =
        (at > 0 ? text.substring(0, at) : text)
            .replaceAll("[^A-Za-z0-9._-]+", "-")
            .replaceAll("^[^A-Za-z0-9]+", "");
    String shortened =
        plain.substring(0, Math.min(32, plain.length())).replaceAll("[^A-Za-z0-9]+$", "");
    return shortened.matches(Profile.USERNAME) ? shortened : "user";
  }

  private static String name(String claimed, String username) {
    return claimed.matches(Profile.NAME) ? claimed : username;
  }

  private static Optional<Role> role(JsonObject claims, Settings.Sso.Oidc settings) {
    return settings
        .roleClaim()
        .map(claim -> role(claims, claim, settings.adminRole().orElseThrow()));
  }

  private static Role role(JsonObject claims, String claim, String adminRole) {
    Object value = value(claims, claim);
    if (value == null) {
      LOG.warn("The ID token has no claim {}: its subject is not an administrator", claim);
    }
    Stream<?> roles =
        value instanceof JsonArray several ? several.stream() : Stream.ofNullable(value);
    return roles.anyMatch(adminRole::equals) ? Role.ADMIN : Role.USER;
  }

  /** Returns a claim, or null; dots in its name may separate nested objects. */
  private static @Nullable Object value(JsonObject claims, String claim) {
    Object value = claims.getValue(claim);
    JsonObject within = claims;
    String[] path = claim.split("\\.", -1);
    for (int i = 0; value == null && i < path.length; i++) {
      Object part = within.getValue(path[i]);
      if (i == path.length - 1) {
        value = part;
      } else if (part instanceof JsonObject object) {
        within = object;
      } else {
        break;
      }
    }
    return value;
  }

  private static String text(JsonObject claims, String claim) {
    return claims.getValue(claim) instanceof String text ? text.strip() : "";
  }
}
