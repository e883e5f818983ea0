package dev.marque.account;

import java.util.Locale;

/** What an account may do. */
public enum Role {
  /** Predicts and sees what is its own. */
  USER,
  /** Also administers accounts and corrections. */
  ADMIN;

  /** The name in JSON, in forms and in the database, for example {@code admin}. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The role of a code.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Role of(String code) {
    for (Role role : values()) {
      if (role.code().equals(code)) {
        return role;
      }
    }
    throw new IllegalArgumentException("no role " + code);
  }
}
