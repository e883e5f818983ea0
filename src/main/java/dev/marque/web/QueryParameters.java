package dev.marque.web;

import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads query parameters strictly: a misspelt filter must not silently return everything. */
public final class QueryParameters {

  private QueryParameters() {}

  /**
   * The parameters of the query.
   *
   * @param known the names that it may have, each once
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
   * {@code limit} of a list.
   *
   * @param usual where it is not given
   * @throws Failure.Invalid ({@code fields}) if it is not a whole number from 1 to {@code most}
   */
  public static int limit(MultiMap parameters, int most, int usual) {
    String text = parameters.get("limit");
    if (text == null) {
      return usual;
    }
    // ASCII digits only: Integer.parseInt takes signs and the digits of every script.
    if (!text.matches("[1-9][0-9]{0,8}") || Integer.parseInt(text) > most) {
      throw Failure.Invalid.of(FieldError.of("limit", "field.limit", most));
    }
    return Integer.parseInt(text);
  }

  /**
   * A text of the query, or null where it is not there.
   *
   * @param most characters that it may have
   * @throws Failure.Invalid ({@code fields}) if it is longer, or has the character 0, which no text
   *     of the database has
   */
  public static @Nullable String text(MultiMap parameters, String name, int most) {
    String text = parameters.get(name);
    if (text != null && (text.codePointCount(0, text.length()) > most || text.indexOf('\0') >= 0)) {
      throw Failure.Invalid.of(FieldError.of(name, "field.text", most));
    }
    return text;
  }
}
