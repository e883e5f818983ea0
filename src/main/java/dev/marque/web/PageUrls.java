package dev.marque.web;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Builds the links of one page: below the public path prefix, and with the query parameters that a
 * framed page passes on to its links. The variable {@code url} of templates.
 */
public final class PageUrls {

  private final String prefix;
  private final String carried;
  private final AssetPaths assets;

  /**
   * @param prefix the path below which browsers see the application, for example {@code /cars}; or
   *     empty
   * @param carried query parameters for every link, for example {@code embed=1&theme=dark}; or
   *     empty
   */
  PageUrls(String prefix, String carried, AssetPaths assets) {
    this.prefix = prefix;
    this.carried = carried;
    this.assets = assets;
  }

  /** Returns the link to the home page. Needed because OGNL treats {@code '/'} as a char. */
  public String home() {
    return to("/");
  }

  /** Returns the link to a page or the action of a form; the path begins with a slash. */
  public String to(String path) {
    return prefix + carry(path);
  }

  /** Adds the carried parameters to a path, but not the prefix, which {@link #file} adds later. */
  public String carry(String path) {
    return carried.isEmpty() ? path : path + (path.contains("?") ? "&" : "?") + carried;
  }

  /** Returns a link with a query parameter. */
  public String to(String path, String name, Object value) {
    return to(path + (path.contains("?") ? "&" : "?") + name + "=" + encode(value));
  }

  /** Returns a link with two query parameters. */
  public String to(String path, String name, Object value, String name2, Object value2) {
    return to(path + (path.contains("?") ? "&" : "?") + name + "=" + encode(value), name2, value2);
  }

  /** Returns a link with three query parameters. */
  public String to(
      String path,
      String name,
      Object value,
      String name2,
      Object value2,
      String name3,
      Object value3) {
    return to(path + "?" + name + "=" + encode(value), name2, value2, name3, value3);
  }

  /** Returns the link to a file, for example a photo, with the prefix but no parameters. */
  public String file(String path) {
    return prefix + path;
  }

  /** Returns the link to a static file by its name. */
  public String asset(String name) {
    return prefix + assets.pathOf(name);
  }

  /** Strips the prefix from a path as seen by a browser. */
  public String withoutPrefix(String seen) {
    boolean below = seen.startsWith(prefix + "/");
    return below ? seen.substring(prefix.length()) : seen;
  }

  private static String encode(Object value) {
    return URLEncoder.encode(String.valueOf(value), StandardCharsets.UTF_8);
  }
}
