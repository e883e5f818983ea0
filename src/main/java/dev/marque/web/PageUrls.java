package dev.marque.web;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Makes the links of one page: below the public path prefix, and carrying what a framed page must
 * not forget from one link to the next. The variable {@code url} of templates.
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

  /** The link to the first page. Templates need it: to OGNL a one-letter string is a char. */
  public String home() {
    return to("/");
  }

  /** The link to a page or the action of a form; the path begins with a slash. */
  public String to(String path) {
    return prefix + carry(path);
  }

  /** A path as routes know it, with what links carry: {@link #file} makes a link of it later. */
  public String carry(String path) {
    return carried.isEmpty() ? path : path + (path.contains("?") ? "&" : "?") + carried;
  }

  /** A link with a query parameter. */
  public String to(String path, String name, Object value) {
    return to(path + (path.contains("?") ? "&" : "?") + name + "=" + encode(value));
  }

  /** A link with two query parameters. */
  public String to(String path, String name, Object value, String name2, Object value2) {
    return to(path + (path.contains("?") ? "&" : "?") + name + "=" + encode(value), name2, value2);
  }

  /** A link with three query parameters. */
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

  /** A file that is not a page, such as a photo: below the prefix, nothing carried. */
  public String file(String path) {
    return prefix + path;
  }

  /** A static file by its name. */
  public String asset(String name) {
    return prefix + assets.pathOf(name);
  }

  /** The path as routes know it, from one that a browser saw. */
  public String withoutPrefix(String seen) {
    boolean below = seen.startsWith(prefix + "/");
    return below ? seen.substring(prefix.length()) : seen;
  }

  private static String encode(Object value) {
    return URLEncoder.encode(String.valueOf(value), StandardCharsets.UTF_8);
  }
}
