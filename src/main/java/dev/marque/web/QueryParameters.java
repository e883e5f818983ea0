package dev.marque.web;

import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads query parameters strictly: a misspelled filter must not silently return everything. */
public final class QueryParameters {

  private QueryParameters() {}

  /**
   * Returns the query's parameters.
   *
   * @param known names of the allowed parameters; each may occur once
   * @throws Failure.Malformed ({@code query-parameter-unknown}, {@code query-parameter-repeated})
   */
  public static MultiMap only(RoutingContext ctx, Set<String> known) {
    MultiMap parameters = ctx.queryParams();
    for (String name : parameters.names()) {
      if (!known.contains(name)) {
        throw new Failure.Malformed("query-parameter-unknown", name);
      }
      if (parameters.getAll(name).size() > 1) {
        throw new Failure.Malformed("query-parameter-repeated", name);
      }
    }
    return parameters;
  }

  /**
   * Returns the {@code limit} parameter of a list.
   *
   * @param defaultLimit value to return if the parameter is absent
   * @throws Failure.Invalid ({@code fields}) if it is not a whole number from 1 to {@code max}
   */
  public static int limit(MultiMap parameters, int max, int defaultLimit) {
    String text = parameters.get("limit");
    if (text == null) {
      return defaultLimit;
    }
    // ASCII digits only: Integer.parseInt also accepts signs and the digits of other scripts.
    if (!text.matches("[1-9][0-9]{0,8}") || Integer.parseInt(text) > max) {
      throw Failure.Invalid.of(FieldError.of("limit", "field.limit", max));
    }
    return Integer.parseInt(text);
  }

  /**
   * Returns a text parameter, or {@code null} if it is absent.
   *
   * @param max maximum number of characters
   * @throws Failure.Invalid ({@code fields}) if it is longer or contains a NUL character, which
   *     PostgreSQL does not accept
   */
  public static @Nullable String text(MultiMap parameters, String name, int max) {
    String text = parameters.get(name);
    if (text != null && (text.codePointCount(0, text.length()) > max || text.indexOf('\0') >= 0)) {
      throw Failure.Invalid.of(FieldError.of(name, "field.text", max));
    }
    return text;
  }
}
