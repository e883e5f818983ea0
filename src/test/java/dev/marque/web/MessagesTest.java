package dev.marque.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessagesTest {

  private static final Path RESOURCES = Path.of("src/main/resources");
  private static final Path SOURCES = Path.of("src/main/java");

  @Test
  void both_languages_have_the_same_keys() throws IOException {
    assertEquals(
        new TreeSet<>(properties("messages.properties").stringPropertyNames()),
        new TreeSet<>(properties("messages_de.properties").stringPropertyNames()));
  }

  @Test
  void both_languages_use_the_same_placeholders() throws IOException {
    Properties english = properties("messages.properties");
    Properties german = properties("messages_de.properties");
    // German has no article before a name, so it may omit placeholders, but not add any.
    for (String key : english.stringPropertyNames()) {
      Set<String> known = placeholders(english.getProperty(key));
      assertTrue(known.containsAll(placeholders(german.getProperty(key, ""))), key);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"messages.properties", "messages_de.properties"})
  void every_pattern_is_well_formed_and_keeps_its_apostrophes(String file) throws IOException {
    Properties words = properties(file);
    for (String key : words.stringPropertyNames()) {
      String pattern = words.getProperty(key);
      assertTrue(!pattern.isBlank(), key);
      assertTrue(!pattern.replace("''", "").contains("'"), key + " loses its apostrophe");
      assertTrue(!new MessageFormat(pattern, Locale.ENGLISH).toPattern().isEmpty(), key);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"messages.properties", "messages_de.properties"})
  void no_key_occurs_twice(String file) throws IOException {
    Set<String> seen = new HashSet<>();
    for (String line : Files.readAllLines(RESOURCES.resolve(file), StandardCharsets.UTF_8)) {
      if (line.contains("=") && !line.startsWith("#")) {
        String key = line.substring(0, line.indexOf('=')).strip();
        assertTrue(seen.add(key), key);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"messages.properties", "messages_de.properties"})
  void a_number_and_its_unit_stay_on_one_line(String file) throws IOException {
    Properties words = properties(file);
    Pattern separable = Pattern.compile("[}0-9] (?:ms|s|%|MiB)(?![A-Za-z])");
    for (String key : words.stringPropertyNames()) {
      assertFalse(separable.matcher(words.getProperty(key)).find(), key);
    }
    String size = new PageWords(Locale.ENGLISH, new Messages(), null).size(10 << 20);
    assertEquals("10\u00a0MiB", size);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "en | 1 | The most likely of the brands the model knows",
        "en | 5 | The 5 most likely of the brands the model knows",
        "de | 1 | Die wahrscheinlichste der Marken, die das Modell kennt",
        "de | 5 | Die 5 wahrscheinlichsten der Marken, die das Modell kennt"
      })
  void a_table_of_one_brand_is_in_the_singular(String language, int brands, String caption) {
    assertEquals(
        caption, new Messages().get(Locale.forLanguageTag(language), "result.caption", brands));
  }

  @Test
  void every_failure_in_the_code_has_messages() throws IOException {
    Set<String> keys = new Messages().keys();
    List<String> missing = new ArrayList<>();
    for (String type :
        found(
            "new (?:Failure\\.)?(?:Malformed|NotSignedIn|Forbidden|NotFound|NotAcceptable"
                + "|Conflict|TooLarge|UnsupportedType|Invalid|TooManyRequests|Unavailable)"
                + "\\(\\s*\"([a-z-]+)\"")) {
      for (String part : List.of("title", "detail")) {
        String key = "failure." + type + "." + part;
        if (!keys.contains(key)) {
          missing.add(key);
        }
      }
    }
    for (String key : found("FieldError\\.of\\(\\s*[^,\"]*\"?[^,\"]*\"?,\\s*\"([^\"]+)\"")) {
      // The literal prefix of a key that is built at run time ends in a dot.
      if (!key.endsWith(".") && !keys.contains(key)) {
        missing.add(key);
      }
    }
    assertEquals(List.of(), missing);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      quoteCharacter = '"',
      value = {
        "de|de",
        "de-AT, en;q=0.5|de",
        "en-US,en;q=0.9,de;q=0.8|en",
        "fr, de;q=0.5|de",
        "de;q=0, en|en",
        "fr|en",
        "*|en",
        ";;,,=|en",
        "-|en",
        "--|en",
        "de,-;q=0.5|en",
        "none|en"
      })
  void the_language_is_the_best_that_the_reader_accepts(String header, String language) {
    assertEquals(language, Messages.negotiate(header).getLanguage());
  }

  private static Set<String> found(String regex) throws IOException {
    Pattern pattern = Pattern.compile(regex);
    Set<String> values = new TreeSet<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        Matcher matcher = pattern.matcher(Files.readString(file));
        while (matcher.find()) {
          values.add(matcher.group(1));
        }
      }
    }
    return values;
  }

  private static Set<String> placeholders(String pattern) {
    Set<String> found = new TreeSet<>();
    Matcher matcher = Pattern.compile("\\{(\\d+)").matcher(pattern);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }

  private static Properties properties(String file) throws IOException {
    Properties words = new Properties();
    try (var reader = Files.newBufferedReader(RESOURCES.resolve(file), StandardCharsets.UTF_8)) {
      words.load(reader);
    }
    return words;
  }
}
