package dev.marque.web;

/** Knows where each static file is served, with the hash of its content for lasting caching. */
@FunctionalInterface
public interface AssetPaths {

  /**
   * The path of a static file below the application's prefix.
   *
   * @param name such as {@code marque.css}
   * @return such as {@code /static/marque.css?v=0a1b2c3d}
   * @throws IllegalArgumentException where there is no such file
   */
  String pathOf(String name);
}
