package dev.marque.prediction;

import dev.marque.web.Failure;
import io.vertx.core.buffer.Buffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A client's name for one photo of one request: sending it again gets the first answer.
 *
 * @param key the {@code Idempotency-Key} header
 * @param part which photo of the request, from 0
 * @param fingerprint the SHA-256 of the photo
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/">the
 *     header's draft</a>
 */
record RequestKey(String key, int part, Buffer fingerprint) {

  static final String HEADER = "Idempotency-Key";

  /** The draft writes it as a quoted string; most clients leave the quotes out. */
  private static final Pattern WRITTEN = Pattern.compile("(\"?)([A-Za-z0-9_.:-]{1,100})\\1");

  /** The header's value without quotes, or null if there is none. */
  static @Nullable String parse(@Nullable String header) {
    if (header == null) {
      return null;
    }
    Matcher written = WRITTEN.matcher(header);
    if (!written.matches()) {
      throw new Failure.Malformed("idempotency-key");
    }
    return written.group(2);
  }
}
