package dev.marque.account;

import jakarta.validation.constraints.Email;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.Map;

/**
 * What an account says of its owner; what is missing is empty. The messages are keys of the message
 * files.
 *
 * @param username for signing in, shown to others; never changes
 * @param email may be empty for accounts that are made on the terminal only
 */
record Profile(
    @Pattern(regexp = USERNAME, message = "field.username.rules") String username,
    @Size(max = 254, message = "field.email.rules")
        @Email(regexp = EMAIL, message = "field.email.rules")
        String email,
    @Pattern(regexp = NAME, message = "field.name.rules") String firstName,
    @Pattern(regexp = NAME, message = "field.name.rules") String lastName) {

  /** 3 to 32 letters and digits, with dots, hyphens and underscores in between. */
  static final String USERNAME = "[A-Za-z0-9][A-Za-z0-9._-]{1,30}[A-Za-z0-9]";

  /** Characters for control, or for turning the direction of the text around them. */
  private static final String INVISIBLE =
      "\\p{Cc}\\p{Cs}\\p{Co}\\p{Cn}\\u2028-\\u202E\\u2066-\\u2069";

  private static final String IN_EMAIL = "\\s@" + INVISIBLE;

  /** Besides what the annotation asks: a domain with a dot, no blanks, only visible characters. */
  static final String EMAIL = "[^" + IN_EMAIL + "]+@[^" + IN_EMAIL + "]+\\.[^." + IN_EMAIL + "]+";

  /** 1 to 100 visible characters, and not only blanks. */
  static final String NAME = "(?=.*[^\\p{Z}])[^" + INVISIBLE + "]{1,100}";

  /** By the names of the form's fields, to fill it in again. */
  Map<String, String> toForm() {
    return Map.of(
        "username", username, "email", email, "first_name", firstName, "last_name", lastName);
  }
}
