package dev.marque.vision;

/** What an answer claims. */
public enum Verdict {
  /** One brand. */
  CONFIDENT,
  /** One of the listed brands. */
  UNSURE,
  /** A car, but of none of the known brands. */
  UNKNOWN_MAKE,
  /** No car in the photo. */
  NOT_A_CAR;

  /** The name in JSON, in the database and in message keys, for example {@code unknown_make}. */
  public String code() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
