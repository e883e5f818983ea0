package dev.marque.account;

import java.util.Locale;

/** The permissions of an account. */
public enum Role {
  /** May classify photos and see their own data. */
  USER,
  /** May also administer accounts and corrections. */
  ADMIN;

  /** Returns the name in JSON, in forms and in the database, for example {@code admin}. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the role with a code.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Role of(String code) {
    for (Role role : values()) {
      if (role.code().equals(code)) {
        return role;
      }
    }
    throw new IllegalArgumentException("unknown role " + code);
  }
}
