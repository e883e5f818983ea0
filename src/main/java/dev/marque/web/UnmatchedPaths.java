package dev.marque.web;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/**
 * Answers requests that no route matches: 404 for an unknown path, 405 with {@code Allow} for an
 * unsupported method, 204 with {@code Allow} for {@code OPTIONS}.
 */
final class UnmatchedPaths implements Handler<RoutingContext> {

  private final AllowedMethods methods;

  UnmatchedPaths(AllowedMethods methods) {
    this.methods = methods;
  }

  @Override
  public void handle(RoutingContext ctx) {
    List<String> allowed = methods.of(ctx.normalizedPath());
    if (allowed.isEmpty()) {
      ctx.fail(new Failure.NotFound("not-found"));
    } else if (HttpMethod.OPTIONS.equals(ctx.request().method())) {
      ctx.response().setStatusCode(204).putHeader("Allow", String.join(", ", allowed)).end();
    } else {
      ctx.fail(new Failure.MethodNotAllowed(allowed));
    }
  }
}
