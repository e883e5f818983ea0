package dev.marque.prediction;

import dev.marque.vision.Verdict;
import dev.marque.web.Failure;
import dev.marque.web.FieldErrors;
import dev.marque.web.QueryParameters;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which predictions of an account are meant.
 *
 * @param brand the most likely brand, or null for any
 * @param verdict or null for any
 * @param from the first moment, or null
 * @param until the moment before which it was made, or null
 */
record Filter(
    @Nullable String brand,
    @Nullable Verdict verdict,
    @Nullable Instant from,
    @Nullable Instant until) {

  static final Filter ALL = new Filter(null, null, null, null);

  /** The names of the query parameters. */
  static final Set<String> PARAMETERS = Set.of("brand", "verdict", "from", "until");

  private static final int LONGEST_BRAND = 100;

  /**
   * Reads it.
   *
   * @throws Failure.Invalid with every field that does not hold
   */
  static Filter of(MultiMap query) {
    FieldErrors errors = new FieldErrors();
    Filter filter =
        new Filter(
            errors.read(() -> QueryParameters.text(query, "brand", LONGEST_BRAND)),
            errors.read(() -> Fields.verdict(query.get("verdict"))),
            errors.read(() -> Fields.time("from", query.get("from"))),
            errors.read(() -> Fields.time("until", query.get("until"))));
    errors.requireNone();
    return filter;
  }
}
