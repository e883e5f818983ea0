package dev.marque.vision;

/** The kind of answer to a photo. */
public enum Verdict {
  /** The car is of the top brand. */
  CONFIDENT,
  /** The car is probably of one of the listed brands. */
  UNSURE,
  /** A car, but not of a known brand. */
  UNKNOWN_MAKE,
  /** No car in the photo. */
  NOT_A_CAR;

  /** Returns the name in JSON, database and message keys, for example {@code unknown_make}. */
  public String code() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
