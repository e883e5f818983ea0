package dev.marque.web;

import java.net.URI;
import java.util.Optional;

/** Properties of the URL under which browsers reach the program, if it is configured. */
public final class PublicUrl {

  private PublicUrl() {}

  /** Returns the path prefix of all pages, for example {@code /cars}, or an empty string. */
  public static String prefix(Optional<URI> publicUrl) {
    return publicUrl.map(URI::getRawPath).orElse("").replaceAll("/+$", "");
  }

  /** Returns the path below which browsers send cookies, for example {@code /cars}. */
  public static String cookiePath(Optional<URI> publicUrl) {
    String prefix = prefix(publicUrl);
    return prefix.isEmpty() ? "/" : prefix;
  }

  /**
   * Returns the name of a cookie. With https it starts with {@code __Secure-} or, if the URL has no
   * path, {@code __Host-}, by which browsers enforce the cookie's restrictions (RFC 6265bis,
   * section 4.1.3).
   */
  public static String cookieName(Optional<URI> publicUrl, String name) {
    if (!isHttps(publicUrl)) {
      return name;
    }
    return (cookiePath(publicUrl).equals("/") ? "__Host-" : "__Secure-") + name;
  }

  /** Returns whether browsers are known to use HTTPS. */
  public static boolean isHttps(Optional<URI> publicUrl) {
    return publicUrl.map(URI::getScheme).filter("https"::equals).isPresent();
  }
}
