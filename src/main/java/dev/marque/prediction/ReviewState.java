package dev.marque.prediction;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How far the review of a correction is. */
enum ReviewState {
  OPEN,
  ACCEPTED,
  REJECTED;

  /** The name in addresses and in the database. */
  String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The state of a {@link #code}; empty if there is none. */
  static Optional<ReviewState> of(String code) {
    return Arrays.stream(values()).filter(state -> state.code().equals(code)).findFirst();
  }
}
