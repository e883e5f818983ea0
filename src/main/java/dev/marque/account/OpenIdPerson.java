package dev.marque.account;

import dev.marque.platform.Settings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A person as described by the claims of an ID token.
 *
 * @param profile with a valid user name
 * @param role empty if the provider does not manage roles
 */
record OpenIdPerson(String subject, Profile profile, Optional<Role> role) {

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
        .map(
            claim ->
                values(claims, claim).anyMatch(settings.adminRole().orElseThrow()::equals)
                    ? Role.ADMIN
                    : Role.USER);
  }

  /** Returns the values of a claim; dots in its name may separate nested objects. */
  private static Stream<String> values(JsonObject claims, String claim) {
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
    if (value instanceof JsonArray several) {
      return several.stream().map(String::valueOf);
    }
    return value instanceof String one ? Stream.of(one) : Stream.empty();
  }

  private static String text(JsonObject claims, String claim) {
    return claims.getValue(claim) instanceof String text ? text.strip() : "";
  }
}
