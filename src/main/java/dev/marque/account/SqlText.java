package dev.marque.account;

import org.jspecify.annotations.Nullable;

/** Texts of strangers as the database takes them. */
final class SqlText {

  private static final int LONGEST = 254;

  private SqlText() {}

  /**
   * The text, or an empty one where it is none that is stored: longer than any, or with the
   * character 0, which PostgreSQL refuses in every text.
   */
  static String orEmpty(@Nullable String text) {
    if (text == null || text.length() > LONGEST || text.indexOf('\0') >= 0) {
      return "";
    }
    return text;
  }
}
