package dev.marque.platform;

import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Suggests the known name that was most likely meant by an unknown one. */
final class NearestName {

  private NearestName() {}

  /**
   * Returns the known name that has all words of the unknown one in the same order and the fewest
   * others, for example {@code MARQUE_HTTP_PORT} for {@code MARQUE_PORT}; otherwise the one with
   * the smallest edit distance, or empty if none is similar.
   */
  static Optional<String> of(String name, Collection<String> known) {
    return withWordsOf(name, known).or(() -> withFewestEdits(name, known));
  }

  private static Optional<String> withWordsOf(String name, Collection<String> known) {
    List<String> words = words(name);
    return known.stream()
        .filter(other -> words.size() > 1 && isSubsequence(words, words(other)))
        .min(
            Comparator.comparingInt((String other) -> words(other).size())
                .thenComparingInt(other -> edits(name, other))
                .thenComparing(n -> n));
  }

  private static List<String> words(String name) {
    return List.of(name.toLowerCase(Locale.ROOT).split("[._-]+"));
  }

  private static boolean isSubsequence(List<String> words, List<String> of) {
    Iterator<String> others = of.iterator();
    for (String word : words) {
      do {
        if (!others.hasNext()) {
          return false;
        }
      } while (!others.next().equals(word));
    }
    return true;
  }

  private static Optional<String> withFewestEdits(String name, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparingInt((String other) -> edits(name, other)).thenComparing(n -> n))
        .filter(nearest -> edits(name, nearest) <= Math.max(2, name.length() / 4));
  }

  /** Returns the Levenshtein distance: the number of characters inserted, deleted or replaced. */
  static int edits(String from, String to) {
    int[] previous = new int[to.length() + 1];
    int[] current = new int[to.length() + 1];
    for (int column = 0; column <= to.length(); column++) {
      previous[column] = column;
    }
    for (int row = 1; row <= from.length(); row++) {
      current[0] = row;
      for (int column = 1; column <= to.length(); column++) {
        int replaced = from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1;
        current[column] =
            Math.min(
                previous[column - 1] + replaced,
                1 + Math.min(previous[column], current[column - 1]));
      }
      int[] swap = previous;
      previous = current;
      current = swap;
    }
    return previous[to.length()];
  }
}
