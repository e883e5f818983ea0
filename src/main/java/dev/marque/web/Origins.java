package dev.marque.web;

import java.net.URI;
import java.util.Locale;

/** Web origins (RFC 6454): scheme, host and, unless it is the scheme's default, port. */
final class Origins {

  private Origins() {}

  /** Returns the origin of a URL in the form that browsers send. */
  static String of(URI url) {
    return normal(url.getScheme() + "://" + url.getRawAuthority());
  }

  /** Returns the origin in lower case and without the scheme's default port. */
  static String normal(String origin) {
    String lower = origin.toLowerCase(Locale.ROOT);
    if (lower.startsWith("http://") && lower.endsWith(":80")) {
      return lower.substring(0, lower.length() - 3);
    }
    if (lower.startsWith("https://") && lower.endsWith(":443")) {
      return lower.substring(0, lower.length() - 4);
    }
    return lower;
  }
}
