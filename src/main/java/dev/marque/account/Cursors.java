package dev.marque.account;

import org.jspecify.annotations.Nullable;

/** Texts of strangers on their way into a query. */
final class Cursors {

  private static final int LONGEST = 254;

  private Cursors() {}

  /**
   * The text, or empty where there is none. PostgreSQL refuses the character 0 in any text; nothing
   * that is stored has it, so what has it means nothing.
   */
  static String text(@Nullable String text) {
    if (text == null || text.length() > LONGEST || text.indexOf('\0') >= 0) {
      return "";
    }
    return text;
  }
}
