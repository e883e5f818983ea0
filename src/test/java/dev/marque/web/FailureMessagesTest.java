package dev.marque.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Without this test, a failure without a message would first be noticed by a user. */
class FailureMessagesTest {

  private static final Pattern FAILURE =
      Pattern.compile("new Failure\\.\\w+\\(\\s*(?:\\d+,\\s*)?\"([a-z0-9_-]+)\"");
  private static final Pattern FIELD = Pattern.compile("\"(field\\.[a-z0-9_.]+)\"");

  @Test
  void every_failure_in_the_sources_has_a_title_and_a_detail() throws IOException {
    Set<String> missing = new TreeSet<>();
    Messages messages = new Messages();
    Set<String> types = found(FAILURE);
    assertTrue(types.size() > 20, "the sources were read: " + types);
    for (String type : types) {
      for (String part : List.of("title", "detail")) {
        if (!messages.has("failure." + type + "." + part)) {
          missing.add("failure." + type + "." + part);
        }
      }
    }
    assertEquals(Set.of(), missing);
  }

  @Test
  void every_field_message_in_the_sources_exists() throws IOException {
    Messages messages = new Messages();
    Set<String> missing = new TreeSet<>(found(FIELD));
    missing.removeIf(messages::has);
    assertEquals(Set.of(), missing);
  }

  private static Set<String> found(Pattern pattern) throws IOException {
    Set<String> found = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        Matcher matcher = pattern.matcher(Files.readString(file));
        while (matcher.find()) {
          found.add(matcher.group(1));
        }
      }
    }
    return found;
  }
}
