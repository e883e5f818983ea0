package dev.marque.account;

import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Map;

/**
 * What an account records about its owner; missing values are empty. The validation messages are
 * message keys.
 *
 * @param username for signing in, shown to others; never changes
 * @param email may be empty only for accounts created on the command line or by an external sign-in
 */
record Profile(
    @Pattern(regexp = USERNAME, message = "field.username.rules") String username,
    @Size(max = MAX_EMAIL_LENGTH, message = "field.email.rules")
        @Email(regexp = EMAIL, message = "field.email.rules")
        String email,
    @Pattern(regexp = NAME, message = "field.name.rules") String firstName,
    @Pattern(regexp = NAME, message = "field.name.rules") String lastName) {

  static final int MAX_EMAIL_LENGTH = 254;

  /** 3 to 32 letters and digits, with dots, hyphens and underscores in between. */
  static final String USERNAME = "[A-Za-z0-9][A-Za-z0-9._-]{1,30}[A-Za-z0-9]";

  /** Control characters, and those that change the direction of the surrounding text. */
  private static final String INVISIBLE =
      "\\p{Cc}\\p{Cs}\\p{Co}\\p{Cn}\\u2028-\\u202E\\u2066-\\u2069";

  private static final String IN_EMAIL = "\\s@" + INVISIBLE;

  /**
   * In addition to the annotation's rules: a domain with a dot, no white space, only visible
   * characters.
   */
  static final String EMAIL = "[^" + IN_EMAIL + "]+@[^" + IN_EMAIL + "]+\\.[^." + IN_EMAIL + "]+";

  /** 1 to 100 visible characters, not all white space. */
  static final String NAME = "(?=.*[^\\p{Z}])[^" + INVISIBLE + "]{1,100}";

  /** Returns the values by form field name, to fill the form in again. */
  Map<String, String> toForm() {
    return Map.of(
        "username", username, "email", email, "first_name", firstName, "last_name", lastName);
  }
}
