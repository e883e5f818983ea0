package dev.marque.web;

import java.util.Optional;
import java.util.UUID;

/** Parses the keys of database rows in requests. */
public final class Keys {

  private Keys() {}

  /** Returns the key, or empty if the text is not a UUID in its canonical form. */
  public static Optional<UUID> parse(String text) {
    try {
      UUID key = UUID.fromString(text);
      return key.toString().equalsIgnoreCase(text) ? Optional.of(key) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns the key from a path or a form.
   *
   * @throws Failure.NotFound if the text is not a key, so that no such row can exist
   */
  public static UUID of(String text) {
    return parse(text).orElseThrow(() -> new Failure.NotFound("not-found"));
  }
}
