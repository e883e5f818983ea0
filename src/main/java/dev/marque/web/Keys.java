package dev.marque.web;

import java.util.Optional;
import java.util.UUID;

/** Reads the keys of rows that requests name. */
public final class Keys {

  private Keys() {}

  /** A key as this program writes it; empty where the text is none. */
  public static Optional<UUID> parse(String text) {
    try {
      UUID key = UUID.fromString(text);
      return key.toString().equalsIgnoreCase(text) ? Optional.of(key) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /**
   * The key in a path or in a form.
   *
   * @throws Failure.NotFound where it is none: there is no such row
   */
  public static UUID of(String text) {
    return parse(text).orElseThrow(() -> new Failure.NotFound("not-found"));
  }
}
