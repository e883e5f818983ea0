package dev.marque.prediction;

/** Makes what a client calls its file fit to be shown: a name, never a path. */
final class FileNames {

  private static final int LONGEST = 200;
  private static final String NAMELESS = "photo";

  private FileNames() {}

  /**
   * The last part of the name, without control characters and text direction tricks, at most 200
   * characters.
   */
  static String clean(String name) {
    String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    StringBuilder clean = new StringBuilder();
    last.codePoints()
        .filter(FileNames::isShown)
        .limit(LONGEST)
        .forEach(
            character -> {
              if (clean.length() + Character.charCount(character) <= LONGEST) {
                clean.appendCodePoint(character);
              }
            });
    String shown = clean.toString().strip();
    return shown.isEmpty() || shown.equals(".") || shown.equals("..") ? NAMELESS : shown;
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
