package dev.marque.web;

import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

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
}
