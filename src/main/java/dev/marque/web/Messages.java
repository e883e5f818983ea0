package dev.marque.web;

import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.MissingResourceException;
import java.util.ResourceBundle;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All user-visible texts, from {@code messages.properties} (English) and {@code
 * messages_de.properties} (German). Thread-safe.
 */
public final class Messages {

  /** The supported languages, the default first. */
  public static final List<Locale> LANGUAGES = List.of(Locale.ENGLISH, Locale.GERMAN);

  /** Browsers do not send longer headers. */
  private static final int MAX_ACCEPT_LANGUAGE = 300;

  private final ResourceBundle english = bundle(Locale.ROOT);
  private final ResourceBundle german = bundle(Locale.GERMAN);

  /** Cached, because parsing a pattern costs more than formatting it. */
  private final Map<Locale, Map<String, MessageFormat>> formats = new ConcurrentHashMap<>();

  private static ResourceBundle bundle(Locale locale) {
    return ResourceBundle.getBundle(
        "messages",
        locale,
        ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES));
  }

  /** Returns the keys of the default language; the other languages have the same keys. */
  public Set<String> keys() {
    return english.keySet();
  }

  /** Returns whether there is a message for this key. */
  public boolean has(String key) {
    return english.containsKey(key);
  }

  /**
   * Returns the message of a key.
   *
   * @param arguments the values of the {@link MessageFormat} placeholders
   * @throws MissingResourceException if there is no such message
   */
  public String get(Locale language, String key, Object... arguments) {
    String pattern = (isGerman(language) ? german : english).getString(key);
    if (pattern.indexOf('{') < 0 && pattern.indexOf('\'') < 0) {
      return pattern;
    }
    MessageFormat format =
        formats
            .computeIfAbsent(language, absent -> new ConcurrentHashMap<>())
            .computeIfAbsent(key, absent -> new MessageFormat(pattern, language));
    // MessageFormat is not thread-safe.
    synchronized (format) {
      return format.format(arguments);
    }
  }

  /** Returns the title of a failure, for example "Photo too large". */
  public String title(Locale language, Failure failure) {
    return get(language, "failure." + failure.type() + ".title");
  }

  /** Returns one or two sentences about what went wrong and how to fix it. */
  public String detail(Locale language, Failure failure) {
    return get(language, "failure." + failure.type() + ".detail", failure.arguments().toArray());
  }

  /** Returns the message to show beside a field. */
  public String text(Locale language, FieldError error) {
    return get(language, error.message(), error.arguments().toArray());
  }

  /**
   * Returns the language of a tag, for example {@code de} or {@code de-AT}, or {@code null} if it
   * is not supported.
   */
  public static @Nullable Locale language(@Nullable String tag) {
    if (tag == null || tag.length() > 35) {
      return null;
    }
    String primary = Locale.forLanguageTag(tag).getLanguage();
    return LANGUAGES.stream()
        .filter(language -> language.getLanguage().equals(primary))
        .findFirst()
        .orElse(null);
  }

  /**
   * Returns the best language for an {@code Accept-Language} header (RFC 4647, lookup), or the
   * default if the header is absent, malformed or names only unsupported languages.
   */
  public static Locale negotiate(@Nullable String acceptLanguage) {
    if (acceptLanguage == null || acceptLanguage.length() > MAX_ACCEPT_LANGUAGE) {
      return LANGUAGES.get(0);
    }
    try {
      // The parser adds old and new codes of a language, but keeps the order by weight.
      List<Locale.LanguageRange> ranges = new ArrayList<>();
      for (Locale.LanguageRange range : Locale.LanguageRange.parse(acceptLanguage)) {
        if (range.getWeight() > 0) {
          ranges.add(range);
        }
      }
      Locale best = Locale.lookup(ranges, LANGUAGES);
      return best == null ? LANGUAGES.get(0) : best;
    } catch (IllegalArgumentException | IndexOutOfBoundsException malformed) {
      // The second is thrown for a range of hyphens alone before JDK 25 (JDK-8349883).
      return LANGUAGES.get(0);
    }
  }

  private static boolean isGerman(Locale language) {
    return language.getLanguage().equals(Locale.GERMAN.getLanguage());
  }
}
