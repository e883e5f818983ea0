package dev.marque.web;

import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** Path and parameters of a request, even if it is rejected because of malformed escapes. */
final class RequestAddress {

  private RequestAddress() {}

  /** Returns the normalized path, or {@code /} if it is malformed. */
  static String path(RoutingContext ctx) {
    try {
      return ctx.normalizedPath();
    } catch (IllegalArgumentException malformed) {
      return "/";
    }
  }

  /** Returns a parameter, or {@code null} if it is absent or the query is malformed. */
  static @Nullable String parameter(RoutingContext ctx, String name) {
    try {
      return ctx.request().getParam(name);
    } catch (IllegalArgumentException malformed) {
      return null;
    }
  }
}
