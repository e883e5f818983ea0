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
 * Selects predictions of an account.
 *
 * @param brand the most likely brand; {@code null} for any
 * @param verdict the verdict; {@code null} for any
 * @param from earliest creation time, inclusive; {@code null} for no limit
 * @param until latest creation time, exclusive; {@code null} for no limit
 */
record Filter(
    @Nullable String brand,
    @Nullable Verdict verdict,
    @Nullable Instant from,
    @Nullable Instant until) {

  static final Filter ALL = new Filter(null, null, null, null);

  /** The names of the query parameters. */
  static final Set<String> PARAMETERS = Set.of("brand", "verdict", "from", "until");

  private static final int MAX_BRAND_LENGTH = 100;

  /**
   * Parses query parameters.
   *
   * @throws Failure.Invalid with all invalid fields
   */
  static Filter of(MultiMap query) {
    FieldErrors errors = new FieldErrors();
    Filter filter =
        new Filter(
            errors.read(() -> QueryParameters.text(query, "brand", MAX_BRAND_LENGTH)),
            errors.read(() -> Fields.verdict(query.get("verdict"))),
            errors.read(() -> Fields.time("from", query.get("from"))),
            errors.read(() -> Fields.time("until", query.get("until"))));
    errors.requireNone();
    return filter;
  }
}
