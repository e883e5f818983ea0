package dev.marque.account;

import org.jspecify.annotations.Nullable;

/** Untrusted text as a parameter of a query. */
final class SqlText {

  private static final int MAX_LENGTH = 254;

  private SqlText() {}

  /**
   * Returns the text, or an empty one if it cannot match any stored text: it is longer than any of
   * them, or contains NUL, which PostgreSQL rejects in text values.
   */
  static String orEmpty(@Nullable String text) {
    if (text == null || text.length() > MAX_LENGTH || text.indexOf('\0') >= 0) {
      return "";
    }
    return text;
  }
}
