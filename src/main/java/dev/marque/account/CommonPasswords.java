package dev.marque.account;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** The passwords that are tried first by everyone who guesses. */
final class CommonPasswords {

  private final Set<String> passwords;

  private CommonPasswords(Set<String> passwords) {
    this.passwords = passwords;
  }

  /** Reads the list that is part of the program. */
  static CommonPasswords load() {
    try (InputStream list = CommonPasswords.class.getResourceAsStream("common-passwords.txt");
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(Objects.requireNonNull(list), StandardCharsets.UTF_8))) {
      return new CommonPasswords(
          lines
              .lines()
              .filter(line -> !line.startsWith("# "))
              .collect(Collectors.toUnmodifiableSet()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether this one is among them, in whatever case it is written. */
  boolean contain(String password) {
    return passwords.contains(password.toLowerCase(Locale.ROOT));
  }
}
