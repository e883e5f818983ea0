package dev.marque.web;

/** Maps static files to their paths, which contain a content hash so that they can be cached. */
@FunctionalInterface
public interface AssetPaths {

  /**
   * Returns the path of a static file below the application's prefix.
   *
   * @param name for example {@code marque.css}
   * @return for example {@code /static/marque-1a2b3c4d5e6f.css}
   * @throws IllegalArgumentException if there is no such file
   */
  String pathOf(String name);
}
