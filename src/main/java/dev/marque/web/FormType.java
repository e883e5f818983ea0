package dev.marque.web;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code Content-Type} of a form in parts (RFC 7578).
 *
 * @param boundary what stands between the parts, without the dashes in front
 * @param charset of names and fields
 */
record FormType(String boundary, Charset charset) {

  /** No longer than RFC 2046 allows: the time to search for it grows with its length. */
  private static final Pattern BOUNDARY =
      Pattern.compile(
          ";\\s*boundary=(?:\"([ -~&&[^\";]]{1,70})\"|([!-~&&[^\";]]{1,70}))\\s*(?:;|$)",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern CHARSET =
      Pattern.compile(";\\s*charset[^=;]*=([^;]*)", Pattern.CASE_INSENSITIVE);

  /**
   * Reads the header.
   *
   * @throws Failure.Malformed ({@code multipart-malformed}) where there is no boundary of 1 to 70
   *     characters, or the charset is not one of this Java's
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
