package dev.marque.prediction;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The state of a correction's review. */
enum ReviewState {
  OPEN,
  ACCEPTED,
  REJECTED;

  /** Returns the name used in URLs and in the database. */
  String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the state with the given {@link #code}; empty if there is none. */
  static Optional<ReviewState> of(String code) {
    return Arrays.stream(values()).filter(state -> state.code().equals(code)).findFirst();
  }
}
