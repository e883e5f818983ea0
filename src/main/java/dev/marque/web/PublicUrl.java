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

  /** Returns whether browsers are known to use HTTPS. */
  public static boolean isHttps(Optional<URI> publicUrl) {
    return publicUrl.map(URI::getScheme).filter("https"::equals).isPresent();
  }
}
