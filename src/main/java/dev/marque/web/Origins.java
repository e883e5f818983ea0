package dev.marque.web;

import java.net.URI;
import java.util.Locale;

/** Origins of the web (RFC 6454): scheme, host and, where it is not the usual one, port. */
final class Origins {

  private Origins() {}

  /** The origin of an address, written as browsers write it. */
  static String of(URI url) {
    return normal(url.getScheme() + "://" + url.getRawAuthority());
  }

  /** Lower case and without the scheme's usual port. */
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
