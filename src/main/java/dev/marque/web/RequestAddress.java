package dev.marque.web;

import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** The address of a request, also of one that is refused because its escapes are broken. */
final class RequestAddress {

  private RequestAddress() {}

  /** The normalized path; {@code /} where it has none. */
  static String path(RoutingContext ctx) {
    try {
      return ctx.normalizedPath();
    } catch (IllegalArgumentException malformed) {
      return "/";
    }
  }

  /** A parameter; null where there is none, or none can be read. */
  static @Nullable String parameter(RoutingContext ctx, String name) {
    try {
      return ctx.request().getParam(name);
    } catch (IllegalArgumentException malformed) {
      return null;
    }
  }
}
