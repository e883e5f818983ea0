package dev.marque.prediction;

import dev.marque.web.Failure;
import io.vertx.core.buffer.Buffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The idempotency key of one photo in a request: a repeated request returns the first result.
 *
 * @param key value of the {@code Idempotency-Key} header, without quotes
 * @param part index of the photo in the request, from 0
 * @param fingerprint the SHA-256 hash of the photo
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/">the
 *     header's draft</a>
 */
record RequestKey(String key, int part, Buffer fingerprint) {

  static final String HEADER = "Idempotency-Key";

  /** The draft specifies a quoted string; most clients omit the quotes. */
  private static final Pattern FORMAT = Pattern.compile("(\"?)([A-Za-z0-9_.:-]{1,100})\\1");

  /**
   * Returns the header's value without quotes, or {@code null} if there is none.
   *
   * @throws Failure.Malformed ({@code idempotency-key}) if the value is invalid
   */
  static @Nullable String parse(@Nullable String header) {
    if (header == null) {
      return null;
    }
    Matcher matcher = FORMAT.matcher(header);
    if (!matcher.matches()) {
      throw new Failure.Malformed("idempotency-key");
    }
    return matcher.group(2);
  }
}
