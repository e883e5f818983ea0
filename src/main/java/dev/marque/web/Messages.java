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
 * Every word that a person reads, from {@code messages.properties} (English) and {@code
 * messages_de.properties} (German). Safe for all threads.
 */
public final class Messages {

  /** The languages, the default first. */
  public static final List<Locale> LANGUAGES = List.of(Locale.ENGLISH, Locale.GERMAN);

  /** Longer headers are not written by browsers. */
  private static final int LONGEST_ACCEPT_LANGUAGE = 300;

  private final ResourceBundle english = bundle(Locale.ROOT);
  private final ResourceBundle german = bundle(Locale.GERMAN);

  /** Taking a pattern apart costs more than filling it in. */
  private final Map<Locale, Map<String, MessageFormat>> formats = new ConcurrentHashMap<>();

  private static ResourceBundle bundle(Locale locale) {
    return ResourceBundle.getBundle(
        "messages",
        locale,
        ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES));
  }

  /** The keys of the default language; the other languages have the same. */
  public Set<String> keys() {
    return english.keySet();
  }

  /** Whether there are words for this key. */
  public boolean has(String key) {
    return english.containsKey(key);
  }

  /**
   * The words of a key.
   *
   * @param arguments the values of the {@link MessageFormat} placeholders
   * @throws MissingResourceException where there are no words
   */
  public String get(Locale language, String key, Object... arguments) {
    String pattern = (isGerman(language) ? german : english).getString(key);
    if (pattern.indexOf('{') < 0 && pattern.indexOf('\'') < 0) {
      return pattern;
    }
    MessageFormat format =
        formats
            .computeIfAbsent(language, spoken -> new ConcurrentHashMap<>())
            .computeIfAbsent(key, named -> new MessageFormat(pattern, language));
    // A format keeps its state in fields while it is at work.
    synchronized (format) {
      return format.format(arguments);
    }
  }

  /** The title of a failure, for example "Photo too large". */
  public String title(Locale language, Failure failure) {
    return get(language, "failure." + failure.type() + ".title");
  }

  /** What went wrong and what to do, in a sentence or two. */
  public String detail(Locale language, Failure failure) {
    return get(language, "failure." + failure.type() + ".detail", failure.arguments().toArray());
  }

  /** What to say beside a field. */
  public String text(Locale language, FieldError error) {
    return get(language, error.message(), error.arguments().toArray());
  }

  /**
   * The language of a tag such as {@code de} or {@code de-AT}; null where it is not spoken here.
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
   * The best language for an {@code Accept-Language} header (RFC 4647, lookup); the default where
   * it is absent, malformed or asks for others only.
   */
  public static Locale negotiate(@Nullable String acceptLanguage) {
    if (acceptLanguage == null || acceptLanguage.length() > LONGEST_ACCEPT_LANGUAGE) {
      return LANGUAGES.get(0);
    }
    try {
      // The parser adds old and new names of a language; the order by weight stays.
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
