package dev.marque.web;

import java.text.NumberFormat;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Formats values for the reader's language. The variable {@code words} of templates. */
public final class PageWords {

  private static final double MEBIBYTE = 1024 * 1024;

  /** Substrings of a User-Agent and the browsers that they identify; more specific ones first. */
  private static final List<String> BROWSERS =
      List.of(
          "Edg/=Edge",
          "OPR/=Opera",
          "SamsungBrowser/=Samsung Internet",
          "Firefox/=Firefox",
          "FxiOS/=Firefox",
          "CriOS/=Chrome",
          "Chrome/=Chrome",
          "Safari/=Safari",
          "curl/=curl",
          "python=Python");

  private static final List<String> SYSTEMS =
      List.of(
          "Android=Android",
          "iPhone=iPhone",
          "iPad=iPad",
          "Mac OS X=macOS",
          "Windows=Windows",
          "CrOS=ChromeOS",
          "Linux=Linux");

  private final Locale language;
  private final Messages messages;
  private final @Nullable ZoneId zone;

  /**
   * @param zone the reader's time zone, or {@code null} if unknown
   */
  PageWords(Locale language, Messages messages, @Nullable ZoneId zone) {
    this.language = language;
    this.messages = messages;
    this.zone = zone;
  }

  /**
   * Formats a probability with one decimal, for example {@code 93.1%}. Only 0 and 1 themselves are
   * formatted as certain: 0.99996 is {@code >99.9%}.
   */
  public String percent(double probability) {
    NumberFormat format = NumberFormat.getPercentInstance(language);
    format.setMinimumFractionDigits(1);
    format.setMaximumFractionDigits(1);
    if (probability > 0.9995 && probability < 1) {
      return ">" + format.format(0.999);
    }
    if (probability < 0.0005 && probability > 0) {
      return "<" + format.format(0.001);
    }
    return format.format(probability);
  }

  /** Returns the English indefinite article for a name; other languages do not use it. */
  public String article(String name) {
    return !name.isEmpty() && "AEIOaeio".indexOf(name.charAt(0)) >= 0 ? "an" : "a";
  }

  /** Returns a share per hundred, at most 99, for "of 100 answers this sure, N were right". */
  public int ofHundred(double share) {
    return (int) Math.min(99, Math.round(share * 100));
  }

  /** Returns the width of a bar for an SVG attribute, for example {@code 93.1%}. */
  public String barWidth(double probability) {
    return String.format(Locale.ROOT, "%.1f%%", Math.max(0.4, probability * 100));
  }

  /** Formats date and time in the reader's zone, or in UTC if the zone is unknown. */
  public String time(Instant instant) {
    String time =
        DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM, FormatStyle.SHORT)
            .withLocale(language.getLanguage().equals("en") ? Locale.UK : language)
            .withZone(zone == null ? ZoneOffset.UTC : zone)
            .format(instant);
    return zone == null ? time + " UTC" : time;
  }

  /** Formats a number with grouping separators and at most one decimal. */
  public String number(Number number) {
    NumberFormat format = NumberFormat.getInstance(language);
    format.setMaximumFractionDigits(1);
    return format.format(number);
  }

  /** Formats a rate; only a rate of 0 is formatted as 0. */
  public String rate(double rate) {
    return rate > 0 && rate < 0.05 ? "<" + number(0.1) : number(rate);
  }

  /** Formats a size in MiB, for example {@code 10 MiB}. */
  public String size(long bytes) {
    NumberFormat format = NumberFormat.getInstance(language);
    format.setMaximumFractionDigits(1);
    return format.format(bytes / MEBIBYTE) + "\u00a0MiB";
  }

  /** Returns browser and operating system of a User-Agent, for example {@code Firefox on Linux}. */
  public String browser(@Nullable String userAgent) {
    String browser = firstNamed(userAgent, BROWSERS);
    String system = firstNamed(userAgent, SYSTEMS);
    if (browser == null) {
      return messages.get(language, "browser.unknown");
    }
    return system == null ? browser : messages.get(language, "browser.on", browser, system);
  }

  private static @Nullable String firstNamed(@Nullable String text, List<String> names) {
    if (text == null) {
      return null;
    }
    for (String name : names) {
      int equals = name.indexOf('=');
      if (text.contains(name.substring(0, equals))) {
        return name.substring(equals + 1);
      }
    }
    return null;
  }

  /** Returns the message of a key built at run time, for example {@code verdict.unsure.title}. */
  public String of(String key) {
    return messages.get(language, key);
  }

  /** Returns the message of a key, or the fallback if there is none. */
  public String of(String key, String fallback) {
    return messages.has(key) ? messages.get(language, key) : fallback;
  }
}
