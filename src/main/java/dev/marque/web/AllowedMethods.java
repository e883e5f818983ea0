package dev.marque.web;

import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP methods that a router's routes accept for a path. The routes are indexed once, because
 * every request with a body looks its path up. One instance per router, used on its event loop.
 */
final class AllowedMethods {

  private final Router router;
  private @Nullable Table table;

  /**
   * @param router routes may still be added, but only before the first request
   */
  AllowedMethods(Router router) {
    this.router = router;
  }

  /** Returns whether a route exists for the request's path and method. */
  boolean accepts(RoutingContext ctx) {
    return of(ctx.normalizedPath()).contains(ctx.request().method().name());
  }

  /** Returns the methods of the most specific matching routes: fixed paths hide placeholders. */
  List<String> of(String path) {
    Table known = table;
    if (known == null) {
      known = Table.of(router);
      table = known;
    }
    return known.methods(path);
  }

  /**
   * The routes that name a path and methods.
   *
   * @param fixed all allowed methods by path, for paths without placeholders
   * @param open all other routes
   */
  private record Table(Map<String, List<String>> fixed, List<Pattern> open) {

    static Table of(Router router) {
      Map<String, Set<String>> fixed = new HashMap<>();
      List<Pattern> open = new ArrayList<>();
      for (Route route : router.getRoutes()) {
        if (route.methods() != null && route.getPath() != null) {
          Pattern pattern = Pattern.of(route);
          if (pattern.placeholders == 0) {
            fixed.computeIfAbsent(pattern.path, key -> new TreeSet<>()).addAll(pattern.methods);
          } else {
            open.add(pattern);
          }
        }
      }
      Map<String, List<String>> complete = new HashMap<>();
      fixed.forEach((path, methods) -> complete.put(path, complete(methods)));
      return new Table(complete, open);
    }

    List<String> methods(String path) {
      // Vert.x routes also match their path with a trailing slash.
      boolean slash = path.length() > 1 && path.endsWith("/");
      String plain = slash ? path.substring(0, path.length() - 1) : path;
      List<String> known = fixed.get(plain);
      return known == null ? complete(ofOpen(path, plain)) : known;
    }

    /** Adds {@code HEAD} to {@code GET}, and {@code OPTIONS} to any method. */
    private static List<String> complete(Set<String> methods) {
      if (methods.contains("GET")) {
        methods.add("HEAD");
      }
      if (!methods.isEmpty()) {
        methods.add("OPTIONS");
      }
      return List.copyOf(methods);
    }

    private Set<String> ofOpen(String path, String plain) {
      List<String> parts = List.of(plain.split("/", -1));
      Set<String> methods = new TreeSet<>();
      int fewest = Integer.MAX_VALUE;
      for (Pattern pattern : open) {
        if (pattern.placeholders <= fewest && pattern.matches(path, parts)) {
          if (pattern.placeholders < fewest) {
            methods.clear();
            fewest = pattern.placeholders;
          }
          methods.addAll(pattern.methods);
        }
      }
      return methods;
    }
  }

  /**
   * The path pattern of one route.
   *
   * @param parts segments of the path; one that begins with a colon is a placeholder
   * @param exact whether the whole path must match, not just a prefix
   * @param placeholders number of placeholders; {@link Integer#MAX_VALUE} for a prefix
   */
  private record Pattern(
      String path, List<String> parts, boolean exact, int placeholders, Set<String> methods) {

    static Pattern of(Route route) {
      String path = route.getPath();
      boolean exact = route.isExactPath();
      int placeholders = exact ? path.split("/:", -1).length - 1 : Integer.MAX_VALUE;
      Set<String> methods = new TreeSet<>();
      route.methods().forEach(method -> methods.add(method.name()));
      return new Pattern(path, List.of(path.split("/", -1)), exact, placeholders, methods);
    }

    boolean matches(String requested, List<String> actual) {
      if (!exact) {
        return requested.startsWith(path);
      }
      if (parts.size() != actual.size()) {
        return false;
      }
      for (int i = 0; i < parts.size(); i++) {
        boolean any = parts.get(i).startsWith(":") && !actual.get(i).isEmpty();
        if (!any && !parts.get(i).equals(actual.get(i))) {
          return false;
        }
      }
      return true;
    }
  }
}
