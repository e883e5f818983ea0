package dev.marque.web;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a long list.
 *
 * @param more whether further items follow
 */
public record Slice<T>(List<T> items, boolean more) {

  public Slice {
    items = List.copyOf(items);
  }

  /**
   * Returns a slice of at most {@code limit} items.
   *
   * @param found the items, with at least one beyond the limit if the list continues
   */
  public static <T> Slice<T> of(List<T> found, int limit) {
    boolean more = found.size() > limit;
    return new Slice<>(more ? found.subList(0, limit) : found, more);
  }

  /**
   * Returns the cursor of the next page, or {@code null} if this is the last one.
   *
   * @param cursor returns the cursor of the last item
   */
  public <C> @Nullable C next(Function<T, C> cursor) {
    return more ? cursor.apply(items.get(items.size() - 1)) : null;
  }
}
