package dev.marque.prediction;

/** Turns file names sent by clients into names that are safe to display, never paths. */
final class FileNames {

  private static final int MAX_LENGTH = 200;
  private static final String DEFAULT_NAME = "photo";

  private FileNames() {}

  /**
   * Returns the last component of the path, without control and text direction characters, at most
   * 200 characters long; {@code photo} if nothing is left.
   */
  static String clean(String name) {
    String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    StringBuilder clean = new StringBuilder();
    last.codePoints()
        .filter(FileNames::isShown)
        .limit(MAX_LENGTH)
        .forEach(
            character -> {
              if (clean.length() + Character.charCount(character) <= MAX_LENGTH) {
                clean.appendCodePoint(character);
              }
            });
    String shown = clean.toString().strip();
    return shown.isEmpty() || shown.equals(".") || shown.equals("..") ? DEFAULT_NAME : shown;
  }

  private static boolean isShown(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
