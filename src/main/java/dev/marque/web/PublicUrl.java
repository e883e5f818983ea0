package dev.marque.web;

import java.net.URI;
import java.util.Optional;

/** What follows from where browsers find the program, if that is set. */
public final class PublicUrl {

  private PublicUrl() {}

  /** The path before every path of the program, for example {@code /cars}; or empty. */
  public static String prefix(Optional<URI> publicUrl) {
    return publicUrl.map(URI::getRawPath).orElse("").replaceAll("/+$", "");
  }

  /** Whether browsers come by HTTPS, as far as that is known. */
  public static boolean isHttps(Optional<URI> publicUrl) {
    return publicUrl.map(URI::getScheme).filter("https"::equals).isPresent();
  }
}
