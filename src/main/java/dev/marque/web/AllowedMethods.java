package dev.marque.web;

import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The methods that a path has, as the routes of a router say. */
final class AllowedMethods {

  private final Router router;

  /**
   * @param router may get its routes later
   */
  AllowedMethods(Router router) {
    this.router = router;
  }

  /** Whether there is a route for a request's path and method. */
  boolean takes(RoutingContext ctx) {
    return of(ctx.normalizedPath()).contains(ctx.request().method().name());
  }

  /** Those of the routes that fit most closely: a fixed path is not also one with a placeholder. */
  List<String> of(String path) {
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
    // Routes take their path with a slash at its end as well.
    String[] actual = path.replaceAll("(?<=.)/$", "").split("/", -1);
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
