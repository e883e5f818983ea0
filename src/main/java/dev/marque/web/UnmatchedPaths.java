package dev.marque.web;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Answers requests that no route took: 404 for a path that is not there, 405 with {@code Allow} for
 * a method that is not, 204 with {@code Allow} for {@code OPTIONS}.
 */
final class UnmatchedPaths implements Handler<RoutingContext> {

  private final Router router;

  UnmatchedPaths(Router router) {
    this.router = router;
  }

  @Override
  public void handle(RoutingContext ctx) {
    List<String> allowed = allowed(ctx.normalizedPath());
    if (allowed.isEmpty()) {
      ctx.fail(new Failure.NotFound("not-found"));
    } else if (HttpMethod.OPTIONS.equals(ctx.request().method())) {
      ctx.response().setStatusCode(204).putHeader("Allow", String.join(", ", allowed)).end();
    } else {
      ctx.fail(new Failure.MethodNotAllowed(allowed));
    }
  }

  /** Those of the routes that fit most closely: a fixed path is not also one with a placeholder. */
  private List<String> allowed(String path) {
    Set<String> methods = new TreeSet<>();
    int fewest = Integer.MAX_VALUE;
    for (Route route : router.getRoutes()) {
      if (route.methods() != null && route.getPath() != null && matches(route, path)) {
        int open = placeholders(route);
        if (open < fewest) {
          methods.clear();
          fewest = open;
        }
        if (open == fewest) {
          route.methods().forEach(method -> methods.add(method.name()));
        }
      }
    }
    if (methods.contains("GET")) {
      methods.add("HEAD");
    }
    if (!methods.isEmpty()) {
      methods.add("OPTIONS");
    }
    return List.copyOf(methods);
  }

  private static int placeholders(Route route) {
    return route.isExactPath() ? route.getPath().split("/:", -1).length : Integer.MAX_VALUE;
  }

  /** Compares part by part; a part of the route that begins with a colon stands for any one. */
  private static boolean matches(Route route, String path) {
    if (!route.isExactPath()) {
      return path.startsWith(route.getPath());
    }
    String[] expected = route.getPath().split("/", -1);
    String[] actual = path.split("/", -1);
    if (expected.length != actual.length) {
      return false;
    }
    for (int i = 0; i < expected.length; i++) {
      boolean any = expected[i].startsWith(":") && !actual[i].isEmpty();
      if (!any && !expected[i].equals(actual[i])) {
        return false;
      }
    }
    return true;
  }
}
