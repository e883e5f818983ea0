package dev.marque.web;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code Content-Type} of a multipart form (RFC 7578).
 *
 * @param boundary delimiter between the parts, without the leading dashes
 * @param charset charset of names and fields
 */
record FormType(String boundary, Charset charset) {

  /** At most as long as RFC 2046 allows, because the search time grows with its length. */
  private static final Pattern BOUNDARY =
      Pattern.compile(
          ";\\s*boundary=(?:\"([ -~&&[^\";]]{1,70})\"|([!-~&&[^\";]]{1,70}))\\s*(?:;|$)",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern CHARSET =
      Pattern.compile(";\\s*charset[^=;]*=([^;]*)", Pattern.CASE_INSENSITIVE);

  /**
   * Parses the header.
   *
   * @throws Failure.Malformed ({@code multipart-malformed}) if there is no boundary of 1 to 70
   *     characters, or if the platform does not support the charset
   */
  static FormType of(String contentType) {
    Matcher boundary = BOUNDARY.matcher(contentType);
    if (!boundary.find()) {
      throw new Failure.Malformed("multipart-malformed");
    }
    String quoted = boundary.group(1);
    return new FormType(quoted == null ? boundary.group(2) : quoted, charset(contentType));
  }

  private static Charset charset(String contentType) {
    Matcher named = CHARSET.matcher(contentType);
    try {
      return named.find() ? Charset.forName(named.group(1).strip()) : StandardCharsets.UTF_8;
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      throw new Failure.Malformed("multipart-malformed");
    }
  }
}
