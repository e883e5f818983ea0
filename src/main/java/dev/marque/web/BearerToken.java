package dev.marque.web;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The token of an {@code Authorization: Bearer} header. Other schemes are for a proxy in front of
 * the application.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6750#section-2.1">RFC 6750, 2.1</a>
 */
public final class BearerToken {

  private static final String SCHEME = "bearer ";

  private BearerToken() {}

  /** Returns whether a request carries a bearer token, valid or not. */
  static boolean isIn(HttpServerRequest request) {
    return isBearer(request.getHeader(HttpHeaders.AUTHORIZATION));
  }

  /** Returns a request's bearer token, valid or not, if it carries one. */
  public static Optional<String> of(HttpServerRequest request) {
    String header = request.getHeader(HttpHeaders.AUTHORIZATION);
    return isBearer(header)
        ? Optional.of(header.substring(SCHEME.length()).strip())
        : Optional.empty();
  }

  /** Compares only the scheme: converting a whole token to lower case would cost more. */
  private static boolean isBearer(@Nullable String header) {
    return header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
  }
}
