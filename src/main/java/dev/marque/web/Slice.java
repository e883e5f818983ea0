package dev.marque.web;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The part of a long list that one page shows.
 *
 * @param more whether the list goes on after it
 */
public record Slice<T>(List<T> items, boolean more) {

  public Slice {
    items = List.copyOf(items);
  }

  /**
   * A slice of at most {@code limit} items.
   *
   * @param found at least one item more than that where the list goes on
   */
  public static <T> Slice<T> of(List<T> found, int limit) {
    boolean more = found.size() > limit;
    return new Slice<>(more ? found.subList(0, limit) : found, more);
  }

  /**
   * Where the next page begins; null where there is none.
   *
   * @param cursor of the last item
   */
  public <C> @Nullable C next(Function<T, C> cursor) {
    return more ? cursor.apply(items.get(items.size() - 1)) : null;
  }
}
